#define _GNU_SOURCE
#include "cspawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int add_actions(posix_spawn_file_actions_t *actions, const char *directory, const int standard[3]) {
    int failure = 0;
    for (int number = 0; failure == 0 && number < 3; number++) {
        if (standard[number] >= 0) {
            failure = posix_spawn_file_actions_adddup2(actions, standard[number], number);
        }
    }
    if (failure == 0) failure = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    if (failure == 0 && directory) failure = posix_spawn_file_actions_addchdir_np(actions, directory);
    return failure;
}

static int set_attributes(posix_spawnattr_t *attributes, enum cspawn_grouping grouping) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (grouping == CSPAWN_NEW_GROUP) flags |= POSIX_SPAWN_SETPGROUP;
    if (grouping == CSPAWN_NEW_SESSION) flags |= POSIX_SPAWN_SETSID;
    int failure = posix_spawnattr_setsigmask(attributes, &none);
    if (failure == 0) failure = posix_spawnattr_setsigdefault(attributes, &all);
    if (failure == 0) failure = posix_spawnattr_setflags(attributes, flags);
    return failure;
}

/* A program that was just written can still be open for writing in a child that another thread is starting: it
 * inherited the descriptor, and loses it when it executes. That is over in a moment. */
static void wait_until_written(int round) {
    struct timespec pause = {0, 1000000L << round};
    nanosleep(&pause, NULL);
}

int cspawn_start(
    int *pid,
    const char *file,
    char *const arguments[],
    char *const environment[],
    const char *directory,
    const int standard[3],
    enum cspawn_grouping grouping
) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure != 0) return failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure == 0) {
        failure = add_actions(&actions, directory, standard);
        if (failure == 0) failure = set_attributes(&attributes, grouping);
        if (failure == 0) failure = posix_spawnp(pid, file, &actions, &attributes, arguments, environment);
        for (int round = 0; failure == ETXTBSY && round < 10; round++) {
            wait_until_written(round);
            failure = posix_spawnp(pid, file, &actions, &attributes, arguments, environment);
        }
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

int cspawn_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int cspawn_memory_file(void) { return memfd_create("input", MFD_CLOEXEC); }

int cspawn_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int cspawn_process_descriptor(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
