#ifndef CSPAWN_H
#define CSPAWN_H

// Swift's Glibc module is built without _GNU_SOURCE; what needs it is wrapped here, without logic of its own.

enum cspawn_grouping { CSPAWN_SAME_GROUP, CSPAWN_NEW_GROUP, CSPAWN_NEW_SESSION };

/// Starts a program with only the three standard descriptors, an empty signal mask and default dispositions.
/// An entry of `standard` below zero leaves that descriptor as it is. Returns 0 or an errno.
int cspawn_start(
    int *pid,
    const char *file,
    char *const arguments[],
    char *const environment[],
    const char *directory,
    const int standard[3],
    enum cspawn_grouping grouping
);

/// A pipe whose both ends close on exec. Returns 0 or -1 with errno.
int cspawn_pipe(int ends[2]);

/// An anonymous file in memory that closes on exec, or -1 with errno.
int cspawn_memory_file(void);

/// A counter that poll(2) sees, closing on exec and never blocking, or -1 with errno.
int cspawn_event(void);

/// A descriptor that becomes readable when the process ends, or -1 with errno (kernels before 5.3).
int cspawn_process_descriptor(int pid);

#endif
