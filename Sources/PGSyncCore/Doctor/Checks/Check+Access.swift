extension Check {
    static let access = [roles, identity, publicSchema, ownSchemas, encryption]

    static let roles = Check("roles.exist", .access, \.roles) { roles in
        let missing = roles.expected.filter { roles.existing[$0] == nil }
        guard !missing.isEmpty else {
            let actsAs = roles.expected.filter { roles.existing[$0] == true }
            let list = actsAs.isEmpty ? "none" : actsAs.count == roles.expected.count ? "all" : names(actsAs)
            return .ok("all \(roles.expected.count) exist; \(roles.user) can act as \(list)")
        }
        return .note(
            "missing: \(names(missing))",
            "pgsync works without them, but everyone connects as the owner of the schema.",
            remedy:
                "pgsync migrate --print roles | psql    (as a user who can create roles), then pgsync migrate"
        )
    }

    static let identity = Check("roles.user", .access, \.roles) { roles in
        guard roles.isSuperuser else { return .ok("\(roles.user), not a superuser") }
        return .note(
            "\(roles.user) is a superuser",
            "pgsync never needs that. A worker with fewer rights can do less harm.",
            remedy: "create role worker_1 login in role pgsync_worker; and connect as it."
        )
    }

    static let publicSchema = Check("access.public_schema", .access, \.grants) { grants in
        guard grants.publicCreatesInPublic else {
            return .ok("schema public: not open for CREATE to everyone")
        }
        return .warning(
            "everyone can create objects in schema public",
            "Any user can create a function there that others call by mistake (CVE-2018-1058). "
                + "pgsync itself qualifies every name.",
            remedy: "revoke create on schema public from public;"
        )
    }

    static let ownSchemas = Check("access.own_schemas", .access, \.grants) { grants in
        guard !grants.schemasOpenToPublic.isEmpty else { return .ok("pgsync and ledger: closed to PUBLIC") }
        let open = names(grants.schemasOpenToPublic)
        return .warning(
            "everyone can use \(open)",
            "Someone granted it: pgsync grants PUBLIC nothing in its schemas.",
            remedy: "revoke all on schema \(open) from public;"
        )
    }

    static let encryption = Check("connection.encryption", .access, \.connection) { connection in
        if let encryption = connection.encryption { return .ok("connection encrypted, \(encryption)") }
        if connection.isLocal { return .ok("connection stays on this machine") }
        return .warning(
            "connection over the network, not encrypted",
            "Anyone between here and the server can read and change what is sent.",
            remedy: "Add sslmode=verify-full to the connection string."
        )
    }

    private static func names(_ list: [String]) -> String { list.map(SQLText.name).joined(separator: ", ") }
}
