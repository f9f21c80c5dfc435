extension ServerFacts {
    /// What waits to be posted, and who posts it.
    package struct Posting: Sendable, Equatable {
        /// Something a worker does beside posting, and why it failed the last time.
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

        /// Dead letters of one class.
        package struct DeadLetters: Sendable, Equatable {
            package let errorClass: String
            package let count: Int
            /// Whether trying again could have helped, so that it was tried until the attempts were used up.
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
        /// All unfinished changes but the dead letters.
        package var waiting = 0
        /// Of the oldest change that is ready to post.
        package var oldestReady: Duration?
        /// From how many unfinished changes on somebody wants to know.
        package var sizeThreshold = 1_000
        package var dead: [DeadLetters] = []
        /// Among the newest changes, by table.
        package var lost: [Lost] = []
        /// Workers that live.
        package var workers = 0
        package var failingDuties: [FailingDuty] = []

        package init() {}
    }
}
