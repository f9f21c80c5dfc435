extension ServerFacts {
    package struct Server: Sendable, Equatable {
        /// The version as one number: 150018 is 15.18.
        package var version: Int
        package var encoding: String
        package var isStandby: Bool
        package var isReadOnly: Bool
        package var database: String

        package init(version: Int, encoding: String, isStandby: Bool, isReadOnly: Bool, database: String) {
            self.version = version
            self.encoding = encoding
            self.isStandby = isStandby
            self.isReadOnly = isReadOnly
            self.database = database
        }

        package var major: Int { version / 10_000 }
        package var minor: Int { version % 10_000 }
    }

    /// The state of the schema, from the point of view of this program.
    package enum Schema: Sendable, Equatable {
        case missing
        /// Every step was applied; the deviations say in a sentence what has changed since.
        case upToDate(migrations: Int, deviations: String? = nil)
        case behind(steps: [String])
        /// Later migrations than this program knows, none of which is breaking.
        case newer(migrations: [String])
        case unusable(reason: String)
    }

    package struct Roles: Sendable, Equatable {
        package var user: String
        package var isSuperuser: Bool
        /// The roles of pgsync that exist, and whether the user can act as each.
        package var existing: [String: Bool]
        package var expected: [String]

        package init(user: String, isSuperuser: Bool, existing: [String: Bool], expected: [String]) {
            self.user = user
            self.isSuperuser = isSuperuser
            self.existing = existing
            self.expected = expected
        }
    }

    /// What everyone may do.
    package struct Grants: Sendable, Equatable {
        package var publicCreatesInPublic: Bool
        /// The schemas of pgsync that PUBLIC can use.
        package var schemasOpenToPublic: [String]

        package init(publicCreatesInPublic: Bool, schemasOpenToPublic: [String]) {
            self.publicCreatesInPublic = publicCreatesInPublic
            self.schemasOpenToPublic = schemasOpenToPublic
        }
    }

    package struct Standby: Sendable, Equatable {
        package var name: String
        package var isSynchronous: Bool

        package init(name: String, isSynchronous: Bool) {
            self.name = name
            self.isSynchronous = isSynchronous
        }
    }

    package struct Connection: Sendable, Equatable {
        package var isLocal: Bool
        /// The version of TLS; nil without.
        package var encryption: String?
        /// Whether a pooler between here and the server lends out its sessions.
        package var isPooled: Bool

        package init(isLocal: Bool, encryption: String?, isPooled: Bool) {
            self.isLocal = isLocal
            self.encryption = encryption
            self.isPooled = isPooled
        }
    }

    /// The number of sessions, of all databases.
    package struct Occupancy: Sendable, Equatable {
        package var used: Int

        package init(used: Int) { self.used = used }
    }

    /// A lock of pgsync held by a session outside it.
    package struct ForeignLock: Sendable, Equatable {
        /// Who holds what, and what that stops, in a sentence.
        package var sentence: String
        /// Whether changes wait because of it, or capture is not inspected.
        package var stopsWork: Bool
        /// The statement that ends it.
        package var release: String?

        package init(sentence: String, stopsWork: Bool, release: String?) {
            self.sentence = sentence
            self.stopsWork = stopsWork
            self.release = release
        }
    }

    /// Something that keeps an old snapshot alive.
    package struct Holder: Sendable, Equatable {
        /// How to find it, such as "process 4711 of alice (psql)".
        package var name: String
        package var age: Duration
        /// The statement that ends it.
        package var release: String

        package init(name: String, age: Duration, release: String) {
            self.name = name
            self.age = age
            self.release = release
        }
    }

    package struct Slot: Sendable, Equatable {
        package var name: String
        package var isActive: Bool
        /// Bytes of write-ahead log kept for it.
        package var retainedBytes: Int?

        package init(name: String, isActive: Bool, retainedBytes: Int?) {
            self.name = name
            self.isActive = isActive
            self.retainedBytes = retainedBytes
        }
    }

    package struct Clock: Sendable, Equatable {
        /// How far the server's clock is ahead of ours.
        package var ahead: Duration
        /// Half the round trip of the reading: the difference is known no better than this.
        package var uncertainty: Duration

        package init(ahead: Duration, uncertainty: Duration) {
            self.ahead = ahead
            self.uncertainty = uncertainty
        }
    }
}

extension ServerFacts {
    /// The attached tables and how workers learn of their changes.
    package struct Capture: Sendable, Equatable {
        package struct Fault: Sendable, Equatable {
            package let found: String
            package let remedy: String

            package init(found: String, remedy: String) {
                self.found = found
                self.remedy = remedy
            }
        }

        package var sourceCount: Int
        package var findings: [CaptureFinding]
        package var growth: [CaptureGrowth]
        package var usesDoorbell: Bool
        package var pollInterval: Duration
        /// Tables whose images are encrypted.
        package var encryptedTables: [String]
        /// Settings by which the server logs parameters of this session, and so private keys.
        package var parameterLeaks: [String]
        /// Why images cannot be encrypted, so that writes fail, and what to do.
        package var encryptionFault: Fault?

        package init(
            sourceCount: Int,
            findings: [CaptureFinding],
            growth: [CaptureGrowth],
            usesDoorbell: Bool,
            pollInterval: Duration,
            encryptedTables: [String] = [],
            parameterLeaks: [String] = [],
            encryptionFault: Fault? = nil
        ) {
            self.sourceCount = sourceCount
            self.findings = findings
            self.growth = growth
            self.usesDoorbell = usesDoorbell
            self.pollInterval = pollInterval
            self.encryptedTables = encryptedTables
            self.parameterLeaks = parameterLeaks
            self.encryptionFault = encryptionFault
        }
    }
}

extension ServerFacts {
    /// What protects the ledger.
    package struct Ledger: Sendable, Equatable {
        /// A trigger that is missing, or not enabled for every session.
        package struct Safeguard: Sendable, Equatable {
            package let table: String
            package let trigger: String

            package init(table: String, trigger: String) {
                self.table = table
                self.trigger = trigger
            }
        }

        package var missing: [Safeguard]
        /// Rows that refer to missing rows, in sentences.
        package var danglingReferences: [String]

        package init(missing: [Safeguard], danglingReferences: [String] = []) {
            self.missing = missing
            self.danglingReferences = danglingReferences
        }
    }
}

extension ServerFacts {
    /// The posting rules.
    package struct Rules: Sendable, Equatable {
        /// How many are in force today.
        package var inForce: Int
        package var findings: [RuleFinding]

        package init(inForce: Int, findings: [RuleFinding]) {
            self.inForce = inForce
            self.findings = findings
        }
    }
}
