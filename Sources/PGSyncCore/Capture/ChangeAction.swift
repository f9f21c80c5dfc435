/// What happened to a record.
package enum ChangeAction: String, Sendable, CaseIterable {
    case create, update, delete
    /// The whole table was emptied; such a change names no record.
    case truncate
}
