import Postgres

/// What the planner knows of the tables when a session makes its plans, which it keeps for good.
enum PlannerState: String, Sendable, CaseIterable {
    case full = "full"
    case neverAnalysed = "never analysed"
    case vacuumedEmpty = "vacuumed while empty"
    case stale = "full, stale statistics"
}

extension PostingBenchmark {
    /// A backlog posted by a new session in each state, beside the state in which everything is known.
    ///
    /// Each state is one of a database of its own, since what was known once is never unknown again.
    func states() async throws -> (figures: [PostingFigure], checks: [PostingReport.Check]) {
        var cells: [PlannerState: [DrainCell]] = [:]
        var checks: [PostingReport.Check] = []
        let states = PlannerState.allCases
        for round in 0..<max(plan.rounds / 2, 1) {
            for place in states.indices {
                let state = states[(place + round) % states.count]
                let (cell, broken) = try await cell(in: state)
                cells[state, default: []].append(cell)
                checks += broken
            }
        }
        let full = cells[.full] ?? []
        let figures = states.map { state in
            let own = cells[state] ?? []
            let ratio = BenchReport.median(zip(own, full).map { $0.rate / $1.rate })
            return PostingFigure(
                measurement: .drain,
                name: state.rawValue,
                value: BenchReport.median(own.map(\.rate)),
                unit: "changes/s",
                limit: BenchReport.median(full.map(\.rate)),
                limitName: PlannerState.full.rawValue,
                ratio: ratio,
                bar: state == .full ? nil : .atLeast(0.95, ratio),
                processors: .init(
                    own.map(\.processorMicroseconds),
                    beside: full.map(\.processorMicroseconds)
                )
            )
        }
        return (figures, checks)
    }

    private func cell(in state: PlannerState) async throws -> (DrainCell, [PostingReport.Check]) {
        try await BenchDatabase.with(on: server) { options, administrator in
            _ = try await prepare(options)
            try await administrator.withSession { _ = try $0.runScript(Self.withoutAutovacuum) }
            let run = PostingBenchmarkRun(plan: plan, options: options, administrator: administrator)
            func post(_ changes: Int) async throws -> DrainCell {
                try await BenchDatabase.withConnections(1, to: options) { connections in
                    try await DrainCell.run(
                        .pgsync,
                        changes: changes,
                        batch: 500,
                        on: connections,
                        administrator
                    )
                }
            }
            func vacuum() async throws {
                try await administrator.withSession { _ = try $0.execute("vacuum analyze") }
            }
            switch state {
            case .neverAnalysed: break
            case .vacuumedEmpty: try await vacuum()
            case .full:
                _ = try await post(plan.changes)
                try await vacuum()
            case .stale:
                _ = try await post(1_000)
                try await vacuum()
                _ = try await post(plan.changes)
            }
            let cell = try await post(plan.changes)
            return (cell, try await run.checks())
        }
    }

    /// Whether it comes along while something is measured is not left to chance.
    private static let withoutAutovacuum = """
        do $$
        declare
            v_table regclass;
        begin
            for v_table in
                select relation.oid::regclass
                from pg_class as relation
                where relation.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace, 'bench'::regnamespace)
                    and relation.relkind = 'r'
            loop
                execute format('alter table %s set (autovacuum_enabled = false)', v_table);
            end loop;
        end;
        $$;
        """
}
