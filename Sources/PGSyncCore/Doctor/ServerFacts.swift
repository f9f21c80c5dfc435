/// What `pgsync doctor` has read from a server, a database and the connection to it.
package struct ServerFacts: Sendable, Equatable {
    package var server: Reading<Server>
    package var schema: Reading<Schema>
    package var capture: Reading<Capture>
    package var rules: Reading<Rules>
    package var posting: Reading<Posting>
    package var ledger: Reading<Ledger>
    package var roles: Reading<Roles>
    package var grants: Reading<Grants>
    package var settings: Reading<Settings>
    package var standbys: Reading<[Standby]>
    package var connection: Reading<Connection>
    package var occupancy: Reading<Occupancy>
    /// Our locks held by other sessions.
    package var foreignLocks: Reading<[ForeignLock]>
    /// Sessions whose snapshot or transaction keeps vacuum from removing rows; the oldest first.
    package var heldSnapshots: Reading<[Holder]>
    package var preparedTransactions: Reading<[Holder]>
    package var replicationSlots: Reading<[Slot]>
    /// How full the notification queue is, from 0 to 1.
    package var notificationQueueUsage: Reading<Double>
    package var clock: Reading<Clock>

    package init(
        server: Reading<Server>,
        schema: Reading<Schema>,
        capture: Reading<Capture>,
        rules: Reading<Rules>,
        posting: Reading<Posting>,
        ledger: Reading<Ledger>,
        roles: Reading<Roles>,
        grants: Reading<Grants>,
        settings: Reading<Settings>,
        standbys: Reading<[Standby]>,
        connection: Reading<Connection>,
        occupancy: Reading<Occupancy>,
        foreignLocks: Reading<[ForeignLock]>,
        heldSnapshots: Reading<[Holder]>,
        preparedTransactions: Reading<[Holder]>,
        replicationSlots: Reading<[Slot]>,
        notificationQueueUsage: Reading<Double>,
        clock: Reading<Clock>
    ) {
        self.server = server
        self.schema = schema
        self.capture = capture
        self.rules = rules
        self.posting = posting
        self.ledger = ledger
        self.roles = roles
        self.grants = grants
        self.settings = settings
        self.standbys = standbys
        self.connection = connection
        self.occupancy = occupancy
        self.foreignLocks = foreignLocks
        self.heldSnapshots = heldSnapshots
        self.preparedTransactions = preparedTransactions
        self.replicationSlots = replicationSlots
        self.notificationQueueUsage = notificationQueueUsage
        self.clock = clock
    }
}
