import Glibc

/// A file descriptor that is closed exactly once.
struct OwnedDescriptor: ~Copyable {
    let number: Int32

    /// Takes over the result of a call that opens a descriptor, or throws what `failure` makes of errno.
    ///
    /// Numbers below three are moved up: a child's standard descriptors are put there, and must not overwrite it.
    init(_ opened: Int32, orThrow failure: (Int32) -> SubprocessError) throws(SubprocessError) {
        guard opened >= 0 else { throw failure(errno) }
        guard opened < 3 else {
            number = opened
            return
        }
        let moved = fcntl(opened, F_DUPFD_CLOEXEC, 3)
        let code = errno
        close(opened)
        guard moved >= 0 else { throw failure(code) }
        number = moved
    }

    deinit { close(number) }
}

extension Optional where Wrapped == OwnedDescriptor, Wrapped: ~Copyable {
    /// The descriptor's number, or a negative one, which the kernel's calls skip.
    var number: Int32 {
        switch self {
        case .some(let open): open.number
        case .none: -1
        }
    }
}
