// Kinds of alerts: where their cause is shown, and which setting limits them.

// The screen that shows the cause of an alert.
export function causeOf(a) {
    const table = a.table ? `table=${encodeURIComponent(a.table)}` : "";
    return {SYNC_FAILURES: `queue?state=dead&${table}${a.class ? `&class=${encodeURIComponent(a.class)}`
        : ""}`,
        QUEUE_BACKUP: `queue?min_age=60&${table}`, DATA_INCONSISTENCY: `proof?${table}`,
            CHAIN_BROKEN: "proof#chain",
        CHAIN_LATE: "proof#chain", SCHEDULE_LATE: "schedules", PAUSED_TOO_LONG: "sources",
            CAPTURE_BYPASS: `sources?${table}`,
        RANGES_SHORT: "sources", DELIVERY_FAILED: "alerts#channels", IMPORT_FAILED: "imports",
        ENDPOINT_DOWN: "imports", DATA_STALE: "imports", EXCHANGE_HELD: "nodes",
        EXCHANGE_LATE: "nodes", CLOCK_SKEW: "nodes", COMPARISON_DIFFERS: "compares"}[a.kind] ?? "./";
}

// The setting that holds the limit of an alert.
export const SETTINGS = {SYNC_FAILURES: "alert_failure_percent", QUEUE_BACKUP: "alert_queue_age_seconds",
    SYSTEM_DOWN: "alert_down_seconds",
    PAUSED_TOO_LONG: "alert_paused_minutes", HORIZON_HELD: "alert_horizon_minutes",
        CHAIN_LATE: "alert_chain_lag_minutes",
    SCHEDULE_LATE: "alert_schedule_late_minutes", CHECKER_SILENT: "alert_silent_seconds",
    EXCHANGE_LATE: "alert_exchange_late_hours", CLOCK_SKEW: "alert_clock_skew_seconds"};
