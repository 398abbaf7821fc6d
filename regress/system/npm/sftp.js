// SPDX-License-Identifier: ISC
// Runs calls of npm's ssh2 against an SFTP server, one after the other.
//
// stdin: {"connect": OPTIONS, "calls": [[METHOD, ARGUMENT ...] ...]}
// stdout: a list with {"value": ...} or {"code": ..., "message": ...} each.
// An argument {"result": N} stands for the value of call N. Besides the
// methods of ssh2's SFTP there are upload and download, from an offset.
"use strict";
const fs = require("fs");
const { pipeline } = require("stream");
const { Client } = require("ssh2");

const job = JSON.parse(fs.readFileSync(0, "utf8"));
const values = [];
const results = [];

function upload(sftp, local, remote, start, done) {
	pipeline(fs.createReadStream(local, { start }),
	    sftp.createWriteStream(remote, { flags: "r+", start }), done);
}

function download(sftp, remote, local, start, done) {
	pipeline(sftp.createReadStream(remote, { start }),
	    fs.createWriteStream(local, { flags: "r+", start }), done);
}

const own = { upload, download };

function next(sftp, client) {
	if (results.length === job.calls.length) {
		process.stdout.write(JSON.stringify(results));
		client.end();
		return;
	}
	const [method, ...words] = job.calls[results.length];
	const args = words.map((word) => word !== null &&
	    typeof word === "object" && "result" in word ?
	    values[word.result] : word);
	const done = (error, value) => {
		values.push(value);
		results.push(error ?
		    { code: error.code, message: error.message } :
		    { value: value === undefined ? null : value });
		next(sftp, client);
	};
	if (method in own)
		own[method](sftp, ...args, done);
	else
		sftp[method](...args, done);
}

const client = new Client();
client.on("error", (error) => {
	console.error(error.message);
	process.exitCode = 1;
});
client.on("ready", () => client.sftp((error, sftp) => {
	if (error)
		throw error;
	next(sftp, client);
}));
job.connect.privateKey = fs.readFileSync(job.connect.privateKey);
client.connect(job.connect);
