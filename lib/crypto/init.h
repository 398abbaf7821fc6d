/* SPDX-License-Identifier: ISC */
/*
 * init - how a process starts libcrypto, and warms it up.
 *
 * Shapes:  crypto_init() first of all, crypto_warm() where a
 *          process waits for a connection that it does not have yet.
 * Units:   -
 * Errors:  none here: what libcrypto can't do fails where it is used.
 * Owns:    nothing.
 * Source:  OPENSSL_init_crypto(3), RAND(7), fips_module(7).
 */
#ifndef LIB_CRYPTO_INIT_H
#define LIB_CRYPTO_INIT_H

/*
 * Starts libcrypto without atexit handler, error strings and openssl.cnf.
 * The file is read only where it decides which algorithms are allowed: when
 * the kernel is in FIPS mode, or when OPENSSL_CONF names one. To be called
 * before any other use of libcrypto and before the file system goes; what
 * else of lib/crypto is called first implies it.
 */
void crypto_init(void);

/*
 * Uses once what a connection is likely to need, so that its first use does
 * not wait for page faults. Makes no keys.
 */
void crypto_warm(void);
/* The part of it that hashing alone needs. */
void crypto_warm_digests(void);

#endif
