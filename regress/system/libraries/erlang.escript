%% SPDX-License-Identifier: ISC
%% A client on Erlang's ssh. usage: erlang.escript PORT PASSWORD KEY TARGET
%% KEY is looked for as id_* in its directory.
-mode(compile).

login(Options) ->
    {ok, C} = ssh:connect("127.0.0.1", get(port),
        [{user, "alice"}, {silently_accept_hosts, true},
         {user_interaction, false}, {save_accepted_host, false},
         {user_dir, get(keys)} | Options], 20000),
    C.

by_key() -> {auth_methods, "publickey"}.

receive_all(C, Channel, Got, Status) ->
    receive
        {ssh_cm, C, {data, Channel, _, Data}} ->
            ssh_connection:adjust_window(C, Channel, byte_size(Data)),
            receive_all(C, Channel, [Got, Data], Status);
        {ssh_cm, C, {eof, Channel}} ->
            receive_all(C, Channel, Got, Status);
        {ssh_cm, C, {exit_status, Channel, Now}} ->
            receive_all(C, Channel, Got, Now);
        {ssh_cm, C, {closed, Channel}} ->
            {iolist_to_binary(Got), Status}
    after 20000 -> error(timeout)
    end.

run(C, Command) ->
    {ok, Channel} = ssh_connection:session_channel(C, 20000),
    success = ssh_connection:exec(C, Channel, Command, 20000),
    receive_all(C, Channel, [], none).

%% Not data that comes with the answer to the open: it may lose that.
ask(Port) ->
    {ok, S} = gen_tcp:connect("127.0.0.1", Port, [binary, {active, false}]),
    ok = gen_tcp:send(S, "hello\n"),
    {ok, <<"HELLO\n">>} = gen_tcp:recv(S, 6, 20000).

ok(Name) -> io:format("ok ~s~n", [Name]).

main([Port, Password, Key, To]) ->
    put(port, list_to_integer(Port)),
    put(keys, filename:dirname(Key)),
    logger:set_primary_config(level, critical),
    ok = ssh:start(),
    Login = fun({Name, Options}) ->
        {<<"hello\n">>, 0} = run(login(Options), "echo hello"),
        ok(Name)
    end,
    lists:foreach(Login, [
        {"key", [by_key()]},
        {"password", [{auth_methods, "password"}, {password, Password}]},
        {"dialogue", [{auth_methods, "keyboard-interactive"},
                      {password, Password}]}]),
    {Zeroes, 7} = run(login([by_key(), {rekey_limit, 300000}]),
                      "head -c 2000000 /dev/zero; exit 7"),
    2000000 = byte_size(Zeroes),
    ok("rekeys"),
    C = login([by_key()]),
    Target = list_to_integer(To),
    {ok, Near} = ssh:tcpip_tunnel_to_server(C, {127,0,0,1}, 0, "127.0.0.1",
                                            Target),
    ask(Near),
    ok("forward"),
    {ok, Far} = ssh:tcpip_tunnel_from_server(C, {127,0,0,1}, 0, "127.0.0.1",
                                             Target),
    ask(Far),
    ok("remote forward"),
    {ok, Sftp} = ssh_sftp:start_channel(C),
    ok = ssh_sftp:write_file(Sftp, "from-erlang", Zeroes),
    {ok, Zeroes} = ssh_sftp:read_file(Sftp, "from-erlang"),
    ok = ssh_sftp:delete(Sftp, "from-erlang"),
    ok("sftp"),
    {Zeroes, 0} = run(login([by_key(), {preferred_algorithms,
                                        [{compression, ['zlib@openssh.com']}]}]),
                      "head -c 2000000 /dev/zero"),
    ok("compression").
