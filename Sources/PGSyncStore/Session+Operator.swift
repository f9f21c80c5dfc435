import Postgres

extension Session {
    /// Runs what only operators may do, and says so where it is refused; what the server refuses of a value is told in
    /// its words.
    @discardableResult
    func asOperator<Success>(_ body: () throws -> Success) throws -> Success {
        // Read before, because a failed transaction answers nothing.
        let user: String = try query("select current_user::text").onlyRow().decode(0)
        do {
            return try body()
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw StoreError.notOperator(user)
        } catch let error as PostgresError where error.isRefusal {
            throw StoreError.invalidValue(reason: StoreError.refused(error).description)
        }
    }
}
