/* SPDX-License-Identifier: ISC */
/*
 * openssl - the headers of libcrypto that the project uses.
 *
 * Shapes:  includes only; the public interface of OpenSSL 3.0, without what
 *          3.0 deprecated.
 * Units:   -
 * Errors:  -
 * Owns:    nothing.
 * Source:  openssl_user_macros(7).
 */
#ifndef LIB_CRYPTO_OPENSSL_H
#define LIB_CRYPTO_OPENSSL_H

#include <openssl/bn.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#endif
