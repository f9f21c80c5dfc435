extension ServerFacts {
    /// Server settings as they are in effect for this session, by name.
    package struct Settings: Sendable, Equatable {
        package struct Entry: Sendable, Equatable {
            package var value: String
            /// Where the value comes from, as the server calls it: `configuration file`, `database`, `user`, ….
            package var source: String

            package init(_ value: String, source: String = "default") {
                self.value = value
                self.source = source
            }
        }

        private var entries: [String: Entry]

        package init(_ entries: [String: Entry]) { self.entries = entries }

        /// The value in the unit of the server; empty if the server has no such setting.
        package subscript(name: String) -> String {
            get { entries[name]?.value ?? "" }
            set { entries[name] = Entry(newValue, source: entries[name]?.source ?? "default") }
        }

        package func isOn(_ name: String) -> Bool { self[name] == "on" }

        package func number(_ name: String) -> Int { Int(self[name]) ?? 0 }

        /// Where a value was set, in words to append to it; empty for the server's own defaults.
        package func origin(_ name: String) -> String {
            switch entries[name]?.source {
            case "database": " (set for this database)"
            case "user": " (set for this user)"
            case "database user": " (set for this user in this database)"
            case "client", "session": " (set by this connection)"
            default: ""
            }
        }
    }

    /// The settings that checks look at.
    package static let settingNames = [
        "DateStyle", "IntervalStyle", "TimeZone", "autovacuum", "data_checksums", "fsync", "full_page_writes",
        "idle_in_transaction_session_timeout", "idle_session_timeout", "lock_timeout", "max_connections",
        "max_prepared_transactions",
        "reserved_connections", "statement_timeout", "superuser_reserved_connections", "synchronous_commit",
        "synchronous_standby_names", "track_counts", "transaction_timeout", "wal_level",
    ]
}
