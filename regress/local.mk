# SPDX-License-Identifier: ISC
include regress/unit/local.mk
