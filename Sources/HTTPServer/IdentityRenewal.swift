import Concurrency

/// Gives a server that runs another certificate.
public final class IdentityRenewal: Sendable {
    private let act = Locked<(@Sendable (ServerIdentity) -> Bool)?>(nil)

    public init() {}

    /// New connections are proved by this identity from now on; those there are go on.
    ///
    /// Returns false, and leaves everything as it is, if it is not understood or the server does not run.
    public func renew(with identity: ServerIdentity) -> Bool {
        let act = act.withLock { $0 }
        return act?(identity) ?? false
    }

    func begin(_ body: @escaping @Sendable (ServerIdentity) -> Bool) { act.withLock { $0 = body } }
    func end() { act.withLock { $0 = nil } }
}

/// The daemons of one server: the one that listens and, before it, those whose connections have not ended.
final class Daemons: Sendable {
    private let all: Locked<[RunningDaemon]>
    private let limits: ServerLimits
    private let context: DaemonContext

    init(_ first: RunningDaemon, limits: ServerLimits, context: DaemonContext) {
        all = Locked([first])
        self.limits = limits
        self.context = context
    }

    /// A daemon keeps its certificate, so another one takes its place at the same socket.
    func renew(with identity: ServerIdentity) -> Bool {
        let (limits, context) = (limits, context)
        return all.withLock { all in
            guard let current = all.last,
                let next = current.successor(limits: limits, identity: identity, context: context)
            else { return false }
            all.removeAll { $0.isUnused }
            all.append(next)
            return true
        }
    }

    func stopListening() { all.withLock { $0.last?.stopListening() } }
}

/// A daemon that several may refer to.
final class RunningDaemon: @unchecked Sendable {
    // Sendable because it is used by one after the other: before it is in Daemons, and then under its lock.
    private var handle: DaemonHandle

    init?(accepting socket: Int32, limits: ServerLimits, identity: ServerIdentity?, context: DaemonContext) {
        guard
            let handle = DaemonHandle(
                accepting: socket,
                limits: limits,
                identity: identity,
                context: context
            )
        else { return nil }
        self.handle = handle
    }

    var isUnused: Bool { handle.isUnused }

    /// One that listens in place of this one; nil, and nothing has changed, if its identity is not understood.
    func successor(limits: ServerLimits, identity: ServerIdentity, context: DaemonContext) -> RunningDaemon? {
        guard identity.hasUsableAuthorities, let socket = handle.copyOfSocket(),
            let next = RunningDaemon(
                accepting: socket,
                limits: limits,
                identity: identity,
                context: context
            )
        else { return nil }
        handle.leaveListening()
        return next
    }

    func stopListening() { handle.stopListening() }
}
