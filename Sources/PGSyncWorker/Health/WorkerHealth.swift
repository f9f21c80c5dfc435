/// How a worker is at a moment.
package struct WorkerHealth: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// It has not posted with this process yet: no connection has been made.
        case starting
        case ready
        /// No poster has a connection.
        case away
        /// A part of it has not come back from something that should have ended long ago.
        case stuck
        case stopping
    }

    package var state: State
    package var posters: Int
    package var connectedPosters: Int
    package var finished: Int
    package var failed: Int
    /// What it fails at beside posting, and who keeps it from posting, in words.
    package var problems: [String]

    package init(
        state: State,
        posters: Int,
        connectedPosters: Int = 0,
        finished: Int = 0,
        failed: Int = 0,
        problems: [String] = []
    ) {
        self.state = state
        self.posters = posters
        self.connectedPosters = connectedPosters
        self.finished = finished
        self.failed = failed
        self.problems = problems
    }

    /// Whether each part of it works or waits as it should, connected or not.
    package var isAlive: Bool { state != .stuck }
}
