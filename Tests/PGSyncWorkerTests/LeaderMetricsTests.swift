import PGSyncWorker
import Telemetry
import TestSupport
import Testing

@Suite("Metrics of the leader", .postingDatabase, .timeLimit(.minutes(5)))
struct LeaderMetricsTests {
    @Test("only the leader shows the queue and its own duties, and the next one does when it goes")
    func globalMetrics() async throws {
        try await TestDatabase.current.run(
            """
            select pgsync.set_configuration('worker_heartbeat_seconds', '0.1');
            create table merchants (id bigint primary key);
            select pgsync.apply_import(
                'crm', 1, 'x', '{"base_url": "https://crm.example", "hosts": ["crm.example"], "parallel": 1, "budgets": []}',
                format(
                    '[{"stream": "merchants", "place": 1, "target": %s, "key_columns": ["id"], "columns": ["id"]}]',
                    'merchants'::regclass::oid
                )::jsonb
            );
            select pgsync.pause_endpoint('crm');
            insert into pgsync.cursors (endpoint, stream, finished)
            values ('crm', 'merchants', tstzmultirange(tstzrange(null, now() - interval '1 hour')));
            select pgsync.add_node('north');
            select pgsync.set_master('centre', 'https://books.example')
            """
        )
        let names = [
            "pgsync_queue_changes", "pgsync_worker_duty_failing{duty=\"capture\"}",
            "pgsync_endpoint_state{endpoint=\"crm\",state=\"paused\"}",
            "pgsync_import_lag_seconds{import=\"crm\",stream=\"merchants\"}",
            "pgsync_node_must_resync{node=\"north\"}", "pgsync_node_pending_records{node=\"north\"}",
            "pgsync_master_pending_records{master=\"centre\"}",
            "pgsync_master_status{master=\"centre\",status=\"new\"}", "pgsync_conflicts_open",
        ]
        let (shown, hidden) = (names.map { _ in true }, names.map { _ in false })
        @Sendable func shows(_ worker: RunningWorker) -> [Bool] {
            let text = worker.registry.prometheusText()
            return names.map { text.contains("\n\($0) ") }
        }
        try await RunningWorker.with(nil, { $0.watchesQueue = true }) { second in
            try await RunningWorker.with(
                nil,
                {
                    $0.watchesQueue = true
                    $0.name = "other"
                }
            ) { first in
                try await eventually {
                    [shows(first), shows(second)].contains(shown)
                        && [first, second].allSatisfy {
                            $0.registry.prometheusText().contains("duty=\"locks\"")
                        }
                }
                #expect([shows(first), shows(second)].contains(hidden))
            }
            try await eventually { shows(second) == shown }
        }
    }
}
