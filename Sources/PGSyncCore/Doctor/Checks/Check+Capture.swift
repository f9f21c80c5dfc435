extension Check {
    static let capture = [sources, doorbell, encryptedImages]

    static let sources = Check("capture.sources", .capture, \.capture) { capture in
        guard capture.sourceCount > 0 else { return .ok("no table is attached") }
        return .ok("\(Quantity.count(capture.sourceCount, "table")) attached")
    }

    static let doorbell = Check("capture.doorbell", .capture, \.doorbellUse) { doorbell in
        guard doorbell.isOn else {
            return .ok("doorbell off; workers poll every \(Quantity.time(doorbell.pollInterval))")
        }
        guard doorbell.allowsPreparing else { return .ok("doorbell on") }
        return .warning(
            "the doorbell is on and prepared transactions are enabled",
            "PREPARE TRANSACTION fails after a NOTIFY: one that changes an attached table while a worker sleeps "
                + "would fail.",
            remedy:
                "pgsync config set enable_doorbell false    (or max_prepared_transactions = 0, if nobody "
                + "prepares)"
        )
    }

    static let encryptedImages = Check("capture.encryption", .capture, \.capture) { capture in
        guard !capture.encryptedTables.isEmpty else { return .ok("images are stored as they are") }
        let count = Quantity.count(capture.encryptedTables.count, "table")
        if let fault = capture.encryptionFault {
            return .problem(
                fault.found,
                "Every write to a table with encrypted images fails until that is fixed.",
                remedy: fault.remedy
            )
        }
        guard !capture.parameterLeaks.isEmpty else { return .ok("images of \(count) encrypted") }
        return .problem(
            "images of \(count) are encrypted, but for this login the server logs parameters: "
                + capture.parameterLeaks.joined(separator: ", "),
            "Private keys are sent as parameters, and so a worker with such settings refuses to send its key.",
            remedy:
                "alter role … set log_parameter_max_length = 0;    (as a superuser, for the login of the workers)"
        )
    }

    /// Each fault of an attached table is a separate finding.
    static func captureFindings(_ facts: ServerFacts) -> [Finding] {
        guard case .known(let capture) = facts.capture else { return [] }
        return capture.findings.map(finding) + capture.growth.map(finding)
    }

    private static func finding(_ fault: CaptureFinding) -> Finding {
        let found = "\(fault.table): \(fault.found)"
        let verdict: Verdict =
            switch fault.severity {
            case .problem: .problem(found, "pgsync misses changes of this table.", remedy: fault.remedy)
            case .warning:
                .warning(found, "What is captured may not be what was intended.", remedy: fault.remedy)
            case .note, .ok: .note(found, "Nothing is lost by it.", remedy: fault.remedy)
            }
        return Finding(id: "capture.\(fault.kind)", topic: .capture, verdict: verdict)
    }

    private static func finding(_ growth: CaptureGrowth) -> Finding {
        Finding(
            id: "capture.growth",
            topic: .capture,
            verdict: .warning(
                "\(growth.table): \(Quantity.count(growth.unexplained, "row")) written without a captured change",
                "Its triggers were disabled for a while, or something bypassed them.",
                remedy: "pgsync backfill '\(growth.table)'"
            )
        )
    }
}
