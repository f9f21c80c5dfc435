import HTTPServer
import JSON
import Postgres

/// Imports in the form in which users asked for them: a sync that is started, and how far it is.
extension Dashboard {
    func startSync(_ call: Call) async throws -> HTTPResponse {
        var call = call
        let endpoint = Catalog.startOfSync
        guard case .act(let act) = endpoint.work else { throw Problem(.internalError, "this is no act") }
        let type = call.arguments["syncType"] ?? ""
        // From here on nothing but this knows it.
        let given = call.arguments["apiKey"].flatMap { $0.isEmpty ? nil : $0 }
        call.arguments["apiKey"] = nil
        call.endpoint = endpoint
        do {
            try check(call, holdsKey: given != nil)
        } catch {
            await acting.record(call, act, result: "failed", "\(error.kind.rawValue): \(error.detail)")
            throw error
        }
        if given != nil { call.arguments["holds_key"] = "true" }
        let answer = try await acting.answer(call, act)
        let row = try JSONValue(parsing: answer.json)
        guard let job = row["job"]?.string.flatMap({ Int64($0) }), let sync = row["sync"]?.string else {
            throw Problem(.internalError, "no job was made")
        }
        if let given { keys?.keep(given, job) }
        let document: JSONValue = [
            "syncId": .string(sync), "syncType": .string(type), "status": "pending",
        ]
        return HTTPResponse(
            status: 202,
            headers: [("Content-Type", "application/json"), ("Location", "enhanced?syncId=\(sync)")],
            body: .bytes(Array("\(document.text())\n".utf8))
        )
    }

    private func check(_ call: Call, holdsKey: Bool) throws(Problem) {
        if holdsKey, keys?.isOpen() != true {
            var problem = Problem(
                .unprocessable,
                "no worker of this process runs imports, so that it cannot keep a key: leave apiKey out, "
                    + "and set the secret where the worker runs, as the import says"
            )
            problem.errors = [
                ("/apiKey", "is taken only where a worker runs: pgsync up, pgsync worker --serve")
            ]
            throw problem
        }
        guard let base = call.arguments["baseUrl"], !base.isEmpty,
            (try? /https?:\/\/[^\/?#@]+(\/[^?#]*)?/.wholeMatch(in: base)) == nil
        else { return }
        var problem = Problem(.unprocessable, "baseUrl is no address of an API")
        problem.errors = [("/baseUrl", "is an address such as https://crm.example/api")]
        throw problem
    }

    func sync(_ call: Call) async throws -> HTTPResponse {
        let id = (call.arguments["syncId"] ?? "").lowercased()
        let found = try await syncs.progress(of: [id])[id]
        guard let progress = found, progress.name == call.arguments["import"] else {
            throw Problem(.notFound, "there is no sync \(id) of this import")
        }
        if call.head.takesEvents, call.head.method == "GET" {
            return try syncs.response(for: call, from: progress, gate: gate)
        }
        return HTTPResponse(
            headers: [("Content-Type", "application/json")],
            body: .bytes(Array("\(progress.json)\n".utf8))
        )
    }
}

extension HTTPHead {
    /// Whether who asks wants events rather than one answer.
    var takesEvents: Bool { self["Accept"]?.lowercased().contains("text/event-stream") == true }
}
