/// What a failure means for whoever posts.
package enum PosterFailure: Sendable, Equatable, CaseIterable {
    /// Somebody was in the way: a deadlock, a lock that was not free.
    case contention
    /// The server has too little of something: disk, memory, connections.
    case exhaustion
    /// It took longer than it may.
    case timeout
    /// The server takes no writes: it was demoted, or is a standby.
    case readOnly
    /// The connection broke during the work, and nobody knows yet what became of it.
    case lost
    /// The connection broke while nothing was under way.
    case lostIdle
    /// Anything else: trying the same again would end the same.
    case refusal
}
