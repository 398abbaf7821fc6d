/* SPDX-License-Identifier: ISC */
/*
 * samples - keys, certificates and fingerprints made by ssh-keygen 9.2.
 *
 * Shapes:  text of the files.
 * Units:   -
 * Errors:  -
 * Owns:    nothing. The keys protect nothing.
 * Source:  ssh-keygen -t ed25519|ecdsa|rsa, -s, -p -m; openssl genpkey.
 */
#ifndef REGRESS_UNIT_KEYS_SAMPLES_H
#define REGRESS_UNIT_KEYS_SAMPLES_H

#define UNUSED	__attribute__((unused))	/* each test takes some */

UNUSED static const char sample_ed_pub[] =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHT5/ICKc/UTvFd1EKCs7ZowOXG91S"
    "naqNoxzgQUA/iN one@example";
UNUSED static const char sample_ec_pub[] =
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNT"
    "YAAABBBLDgTSJ54YjLfH+2tDQt9THx+Sb+N+u+ADV7e95iXYEAPr86f+tR5ZejArQr"
    "9BnEmVmz3iEMRPPCMcBL5ug45z0= two@example";
UNUSED static const char sample_ec384_pub[] =
    "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzOD"
    "QAAABhBOHWpOi6WRG69x/N8gajmQarw92WBrNGca8NlQmzcasA6C3IYs2Th/OMdPTb"
    "qdl2vIrRemwERr6u8fApoolhmE21m8uPvBaGU3FQpI9n/n0nG5zEe5PW/y9tDVUciI"
    "thoQ== e384";
UNUSED static const char sample_ec521_pub[] =
    "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1Mj"
    "EAAACFBACd/X35XmgHoO4L6YaAwAX6TFGSZK0MqkxOuwOllX6wLzn+ciPDl39yWhVS"
    "fH/4Xj8Iib/hXw1TiSAoTpkJNGJOEgFRhgBlfgkcSwt7UXNFHplMvhZckJRmB9fY2e"
    "Fw1ejE5ppFfQgEhwZ+TC7tS4Yjv7h5spn+YFc4gFFkpe5SNtjfOg== e521";
UNUSED static const char sample_rsa_pub[] =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDQvu2Um1pp3BotZGs9GsepkKpiEI"
    "iRia7U6WBGZWDR4sklqGS1wMGU82kjGwf4MWIcAYDfHHCMo1pQafqQEhzYhKf54wOU"
    "7S04pYz348h/ss0AoKiOEgJgD2zoLTOmcCyZ1QfnUL3wad8FBMVLsrvRmOrsRP4y58"
    "TfR94yO3bPY62wxzK3aWWOnOR0OPSXMyIArQBhVBeasmHqJV7ADUsJdrJv26OGiim1"
    "53UV5RbXl+vMfNl52IaPB4rRVno58BUVK13vi4tFMO0F9mEe8mjUrIIi6+GKDIGBUk"
    "g0q3XXOV/5iR4SJqlfgCAiZyy5nOGov4py3JKSAVcWluL4kRzX three@example";
UNUSED static const char sample_ca_pub[] =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOqbIhVnBplDS00RmjUzWi5C68AtpF"
    "6WoINh7z7ol7dp ca";
UNUSED static const char sample_ed_host_cert[] =
    "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQ"
    "G9wZW5zc2guY29tAAAAIJ4SxJRGqAbKiCr7Ei3BPOrW+J79kmlQj4sgTClCsKS7AAA"
    "AIHT5/ICKc/UTvFd1EKCs7ZowOXG91SnaqNoxzgQUA/iNAAAAAAAAAE0AAAACAAAAB"
    "2hvc3QgaWQAAAAaAAAACWEuZXhhbXBsZQAAAAliLmV4YW1wbGUAAAAAXgvhAAAAAAD"
    "ypSOAAAAAAAAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACDqmyIVZwaZQ0tNE"
    "Zo1M1ouQuvALaRelqCDYe8+6Je3aQAAAFMAAAALc3NoLWVkMjU1MTkAAABAnfnhPGT"
    "tQvL9y0tu0wObgxe4I0WBA05gGKSzdnwlnO2v9hVWt7X+e33Np2IOtvtyZYXBPMxY2"
    "1vPIZXsmDS1AQ== one@example";
UNUSED static const char sample_ec_user_cert[] =
    "ecdsa-sha2-nistp256-cert-v01@openssh.com AAAAKGVjZHNhLXNoYTItbmlzd"
    "HAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgN/Yaw+iqz0/7cafMit6z/Jb2pCb"
    "u9/HQs92yHog1HBIAAAAIbmlzdHAyNTYAAABBBLDgTSJ54YjLfH+2tDQt9THx+Sb+N"
    "+u+ADV7e95iXYEAPr86f+tR5ZejArQr9BnEmVmz3iEMRPPCMcBL5ug45z0AAAAAAAA"
    "ABQAAAAEAAAAHdXNlciBpZAAAABEAAAAEZnJlZAAAAAV3aWxtYQAAAABeC+EAAAAAA"
    "PKlI4AAAAAdAAAADWZvcmNlLWNvbW1hbmQAAAAIAAAABHRydWUAAAASAAAACnBlcm1"
    "pdC1wdHkAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1MTkAAAAg6psiFWcGmUNLTRGaN"
    "TNaLkLrwC2kXpagg2HvPuiXt2kAAABTAAAAC3NzaC1lZDI1NTE5AAAAQBsno/YVJCM"
    "PTUsmpycreVVnm7BL+A/zeFus1nrH4hwIdV1YutgDCLav+Ii+QWYeReoGHZJDEzEAq"
    "rqx/m0ybAw= two@example";
UNUSED static const char sample_ed_private[] =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACB0+fyAinP1E7xXdRCgrO2aMDlxvdUp2qjaMc4EFAP4jQAAAJCL+twti/rc\n"
    "LQAAAAtzc2gtZWQyNTUxOQAAACB0+fyAinP1E7xXdRCgrO2aMDlxvdUp2qjaMc4EFAP4jQ\n"
    "AAAEAKTcWgun4xWoYH2aUzPD5wk/H7L+v7tJStXu6CQ9aya3T5/ICKc/UTvFd1EKCs7Zow\n"
    "OXG91SnaqNoxzgQUA/iNAAAAC29uZUBleGFtcGxlAQI=\n"
    "-----END OPENSSH PRIVATE KEY-----\n";
UNUSED static const char sample_ec_private[] =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS\n"
    "1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQSw4E0ieeGIy3x/trQ0LfUx8fkm/jfr\n"
    "vgA1e3veYl2BAD6/On/rUeWXowK0K/QZxJlZs94hDETzwjHAS+boOOc9AAAAqC366sst+u\n"
    "rLAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLDgTSJ54YjLfH+2\n"
    "tDQt9THx+Sb+N+u+ADV7e95iXYEAPr86f+tR5ZejArQr9BnEmVmz3iEMRPPCMcBL5ug45z\n"
    "0AAAAgb1crSbhsKEfTc4B/qYi6Q5cJdAWqfvlF+KBVPgGawC0AAAALdHdvQGV4YW1wbGUB\n"
    "AgMEBQ==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";
UNUSED static const char sample_ec_sec1[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIG9XK0m4bChH03OAf6mIukOXCXQFqn75RfigVT4BmsAtoAoGCCqGSM49\n"
    "AwEHoUQDQgAEsOBNInnhiMt8f7a0NC31MfH5Jv43674ANXt73mJdgQA+vzp/61Hl\n"
    "l6MCtCv0GcSZWbPeIQxE88IxwEvm6DjnPQ==\n"
    "-----END EC PRIVATE KEY-----\n";
UNUSED static const char sample_ec_pkcs8[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgb1crSbhsKEfTc4B/\n"
    "qYi6Q5cJdAWqfvlF+KBVPgGawC2hRANCAASw4E0ieeGIy3x/trQ0LfUx8fkm/jfr\n"
    "vgA1e3veYl2BAD6/On/rUeWXowK0K/QZxJlZs94hDETzwjHAS+boOOc9\n"
    "-----END PRIVATE KEY-----\n";
UNUSED static const char sample_ed_encrypted[] =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABBRFZ6PAJ\n"
    "+5xx82Ks7o0GBtAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIKXF8kYhnbTdzaUC\n"
    "vEkKRe2eBsE/if5GNLQpLBNGFeN7AAAAkGWktvO8fkNKQZWa0JTNfsg8tU6XagrXzDkJOA\n"
    "ej8597ZcQ6G61caxq6l7/D1Nyb0q9Uhu2IkVZ6bEN8iPoXvTEaQZST+mlPgG4ca8O70g2n\n"
    "sMEihD4+UL0CsZYx07/D6MSKIo9d1rMxNpscjbHg58HeuAkc2UV6ZfwqIy2cncwRBRre2v\n"
    "lxaR5M9jahuYF79g==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";
UNUSED static const char sample_ed_pkcs8[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINfBBP2uMBLBTX77pTguYsOIrny/fruwJa/hB0QKpUvu\n"
    "-----END PRIVATE KEY-----\n";
UNUSED static const char sample_ed_pkcs8_encrypted[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiT71TSmYOpcAICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEKc5jaRPkqwnE2PFZFbI9LMEQCpw\n"
    "7xDniJI1Nbxlly/Tt254qeGamMCSKrdLVEq/+AcFEEd+nFWWZvIwYOp0B3RBl3ga\n"
    "L9a80q7849oSGQxdiCg=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
UNUSED static const char sample_ed_sha256[] =
    "SHA256:iFuKHaNtVFsrF6a5Nsm5dvCOuRrnMeRLNugeU9/VpAs";
UNUSED static const char sample_ed_md5[] =
    "MD5:ec:97:ce:a2:91:f3:46:74:2c:13:68:53:49:b3:e8:78";
UNUSED static const char sample_ec_sha256[] =
    "SHA256:KOgnQ5tcJGdg2Ws4P9JI/5hzZf1XPjK7tvWFdNVs344";
UNUSED static const char sample_ec_md5[] =
    "MD5:52:ab:1e:41:14:02:06:a6:ed:b5:21:63:3c:48:c1:db";
UNUSED static const char sample_rsa_sha256[] =
    "SHA256:x7QSuRJfhMS7a2oRnSImVPZpwdoEI+m2rjkrqFa5f94";
UNUSED static const char sample_rsa_md5[] =
    "MD5:17:ba:e5:46:54:cf:ab:82:a0:18:bd:e1:6d:70:9b:ea";

#endif
