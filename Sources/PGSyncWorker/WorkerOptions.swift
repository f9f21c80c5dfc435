package import PGSyncStore

/// How a worker works.
package struct WorkerOptions: Sendable {
    /// When a worker stops by itself.
    package enum Goal: Sendable {
        case untilStopped
        /// When no change is left that is ready to post.
        case untilDrained
        /// When a scan finds nothing more.
        case onePass
    }

    /// Its name in the list of workers and in the audit log.
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
    package var mode = WakeUpSleep.Mode.doorbell
    package var goal = Goal.untilStopped
    /// Whether a single pass also ends with a count of what is left.
    package var countsWaiting = false
    /// Whether to count, with each heartbeat, what is in the queue.
    package var watchesQueue = false
    /// How long the current batch may take once the worker is asked to stop; then it is cancelled and rolled
    /// back.
    package var gracePeriod = Duration.seconds(10)
    /// What decrypts images, if any are encrypted.
    package var privateKeys: PrivateKeys?

    package init(name: String, host: String, processID: Int, version: String) {
        self.name = name
        self.host = host
        self.processID = processID
        self.version = version
    }

    /// Whether each session is the worker's own; through a transaction pooler, none is.
    var ownsSessions: Bool { mode == .doorbell }

    /// Whether it may run jobs: a session holds the lock of a job that it runs, and a job outlasts a drained queue.
    var runsJobs: Bool { ownsSessions && goal == .untilStopped }

    /// Ignore `enable_real_time_sync`: someone asked for the changes to be posted now.
    var isScheduled: Bool { goal != .untilStopped }
}
