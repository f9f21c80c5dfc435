/// Rows that were written to an attached table and that no captured change explains.
package struct CaptureGrowth: Sendable, Equatable {
    package let table: String
    package let unexplained: Int

    package init(table: String, unexplained: Int) {
        self.table = table
        self.unexplained = unexplained
    }
}
