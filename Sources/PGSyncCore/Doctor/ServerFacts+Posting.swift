extension ServerFacts {
    /// What waits to be posted, and who posts it.
    package struct Posting: Sendable, Equatable {
        /// A duty of a worker other than posting, and why it last failed.
        package struct FailingDuty: Sendable, Equatable {
            package let worker: String
            package let duty: String
            package let reason: String

            package init(worker: String, duty: String, reason: String) {
                self.worker = worker
                self.duty = duty
                self.reason = reason
            }
        }

        /// Something that should have been done some time ago.
        package struct Late: Sendable, Equatable {
            package let name: String
            /// Since when.
            package let age: Duration

            package init(name: String, age: Duration) {
                self.name = name
                self.age = age
            }
        }

        /// Dead letters of one class.
        package struct DeadLetters: Sendable, Equatable {
            package let errorClass: String
            package let count: Int
            /// Whether a retry could have helped, so that it was retried until the attempts were used up.
            package let isExhausted: Bool

            package init(errorClass: String, count: Int, isExhausted: Bool) {
                self.errorClass = errorClass
                self.count = count
                self.isExhausted = isExhausted
            }
        }

        /// Changes of a table that neither wait nor have an outcome.
        package struct Lost: Sendable, Equatable {
            package let table: String
            package let count: Int
            package let firstChange: Int64

            package init(table: String, count: Int, firstChange: Int64) {
                self.table = table
                self.count = count
                self.firstChange = firstChange
            }
        }

        package var isPaused = false
        /// Whether changes are posted as they come.
        package var isRealTime = true
        package var pausedTables: [String] = []
        /// All unfinished changes except the dead letters.
        package var waiting = 0
        /// The age of the oldest change that is ready to post.
        package var oldestReady: Duration?
        /// The number of unfinished changes from which on doctor warns.
        package var sizeThreshold = 1_000
        package var dead: [DeadLetters] = []
        /// Among the newest changes, by table.
        package var lost: [Lost] = []
        /// Workers that are alive.
        package var workers = 0
        package var failingDuties: [FailingDuty] = []
        /// Schedules that were due a while ago and nobody has taken, the longest first.
        package var lateSchedules: [Late] = []
        /// Jobs that nobody runs although they have begun, the longest first.
        package var interruptedJobs: [Late] = []
        /// The imports that are in force, and how many of the workers run such jobs.
        package var imports: [String] = []
        package var importers = 0
        /// What is wrong with the ranges of ids.
        package var ranges: [RangeFinding] = []

        package init() {}
    }
}
