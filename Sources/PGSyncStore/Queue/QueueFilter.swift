/// Which of the waiting changes somebody means; all conditions must hold.
package struct QueueFilter: Sendable {
    package var state: WaitingChange.State?
    package var table: TableReference?
    /// A class of failures or a family of them, such as `data.*`.
    package var errorClass: String?

    package init(
        state: WaitingChange.State? = nil,
        table: TableReference? = nil,
        errorClass: String? = nil
    ) {
        self.state = state
        self.table = table
        self.errorClass = errorClass
    }
}
