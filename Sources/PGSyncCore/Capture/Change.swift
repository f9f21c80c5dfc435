/// One captured change of one record.
package struct Change: Sendable, Equatable, Identifiable {
    /// Grows with the changes of one record; between records its order means nothing.
    package let id: Int64
    /// The attached table, by its number in the catalog; of a partitioned one, the root.
    package let source: Int64
    /// The key: its text, or for several columns a JSON array; empty for truncate.
    package let recordID: String
    package let action: ChangeAction
    /// The row after the change as JSON; for a delete, the row that went.
    package let data: String?
    /// The row before an update as JSON, where the source asks for it.
    package let oldData: String?
    /// The node a change was applied for; nil for one of the application itself.
    package let origin: String?
    /// Changes of one record share a slot.
    package let slot: Int
    package let transactionID: UInt64
    /// The time since 1970, by the clock of the server.
    package let capturedAt: Duration
    package let correlationID: String?
    /// Whether a backfill has read it, rather than a trigger reported it.
    package let isBackfilled: Bool
    /// Which version of its source made the images; nil for one that no trigger captured.
    package let sourceVersion: Int?

    package init(
        id: Int64,
        source: Int64,
        recordID: String,
        action: ChangeAction,
        data: String?,
        oldData: String?,
        origin: String?,
        slot: Int,
        transactionID: UInt64,
        capturedAt: Duration,
        correlationID: String?,
        isBackfilled: Bool,
        sourceVersion: Int? = nil
    ) {
        self.id = id
        self.source = source
        self.recordID = recordID
        self.action = action
        self.data = data
        self.oldData = oldData
        self.origin = origin
        self.slot = slot
        self.transactionID = transactionID
        self.capturedAt = capturedAt
        self.correlationID = correlationID
        self.isBackfilled = isBackfilled
        self.sourceVersion = sourceVersion
    }
}
