/**
 * @file plugin/trust.h
 * @brief May a plugin's file be loaded? Only where nobody but root and the user can change it.
 */
#ifndef CLT_PLUGIN_TRUST_H
#define CLT_PLUGIN_TRUST_H

#include "base/error.h"

/** Environment variable that, set to "1", takes the place of all checks; --trust sets it. */
#define CLT_TRUST "COLLET_TRUST"

/** Checks a file and each folder above it, as sudo and sshd do: the owner is root or the user, and
 *  neither the group nor others can write, but for a folder with the sticky bit, such as /tmp, and
 *  for a group that is the owner's alone. Folders above this program are not looked at: who can
 *  change those can change the program. path: absolute, without symbolic links.
 *  CLT_PLUGIN_FAILED with the component, its owner, its mode and a remedy. */
clt_status clt_trust_check(const char *path, clt_error *err);

#endif /* CLT_PLUGIN_TRUST_H */
