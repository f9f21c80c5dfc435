extension Session {
    /// Sends many statements before waiting for the first answer: one round trip for all of them.
    ///
    /// Outside a transaction they are one: either all happen or none. The first failure is thrown with its
    /// ``PostgresError/statementIndex``.
    @discardableResult
    public func pipeline(_ queries: [Query]) throws -> [ResultSet] {
        var results: [ResultSet] = []
        results.reserveCapacity(queries.count)
        try pipeline(queries) { results.append($1) }
        return results
    }

    /// Does the same and hands each result, with its place, to a closure as soon as it is there: for large batches.
    ///
    /// What the closure saw counts only if this returns. An error of its own is thrown once all answers have come, and
    /// undoes nothing outside a transaction.
    public func pipeline(_ queries: [Query], _ read: (Int, ResultSet) throws -> Void) throws {
        guard !queries.isEmpty else { return }
        for (index, query) in queries.enumerated() {
            do throws(PostgresError) {
                try query.check()
            } catch {
                throw error.atStatement(index)
            }
        }
        try makeRoomForPreparing(queries)
        let head = pipelineHead
        do {
            try bracket(.cancellable) { raw in
                var run = unsafe PipelineRun(raw, self, head + queries)
                try run.run { index, result in
                    if index >= head.count { try read(index - head.count, result) }
                }
            }
        } catch let error as PostgresError {
            throw error.statementIndex.map { error.atStatement(max($0 - head.count, 0)) } ?? error
        }
    }
}

extension PostgresError {
    /// The error with its place in a pipeline.
    func atStatement(_ index: Int) -> PostgresError {
        var copy = self
        copy.statementIndex = index
        return copy
    }
}
