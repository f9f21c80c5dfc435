/// How a worker works.
package struct WorkerOptions: Sendable {
    /// When a worker ends by itself.
    package enum Goal: Sendable {
        case untilStopped
        /// When nothing is left that could be posted now.
        case untilDrained
        /// When nothing more is found by looking.
        case onePass
    }

    /// What it is called, in the list of workers and in the audit log.
    package var name: String
    package var host: String
    package var processID: Int
    package var version: String
    /// How many connections post.
    package var posters = 1
    /// Takes fewer changes at a time than the settings allow.
    package var batchLimit: Int?
    /// The names of the tables whose changes it posts; none means all.
    package var sources: [String] = []
    package var mode = ChangeAlarm.Mode.doorbell
    package var goal = Goal.untilStopped
    /// Whether one pass, too, ends with a count of what is left.
    package var countsWaiting = false
    /// Whether to count, with each heartbeat, what is in the queue.
    package var watchesQueue = false
    /// How long a batch in hand may take once the worker is asked to stop; then it is cancelled, and undone.
    package var gracePeriod = Duration.seconds(10)

    package init(name: String, host: String, processID: Int, version: String) {
        self.name = name
        self.host = host
        self.processID = processID
        self.version = version
    }

    /// Whether each session is the worker's own; through a transaction pooler, none is.
    var ownsSessions: Bool { mode == .doorbell }

    /// Whether somebody wants the changes posted now, also where they are not posted as they come.
    var isScheduled: Bool { goal != .untilStopped }
}
