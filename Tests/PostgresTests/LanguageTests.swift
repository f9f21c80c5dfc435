import Testing

@testable import Postgres

@Suite("Of a server that speaks another language")
struct LanguageTests {
    @Test("that a statement no longer fits is known by where the server found out")
    func stale() {
        var error = PostgresError(.server, "gecachter Plan darf den Ergebnistyp nicht ändern")
        error.sqlState = .featureNotSupported
        #expect(!error.isStaleStatement)
        error.sourceFunction = "RevalidateCachedQuery"
        #expect(error.isStaleStatement)
        // The words prove nothing.
        error = PostgresError(.server, "cached plan must not change result type")
        error.sqlState = .featureNotSupported
        #expect(!error.isStaleStatement)
    }

    @Test("that it lets nobody in is known by the condition")
    func refusals() {
        let message = """
            Verbindung fehlgeschlagen: ВАЖНО:  28P01: пользователь "x" не прошёл проверку подлинности
            LOCATION:  auth_failed, auth.c:335
            """
        #expect(ConnectionHandle.state(in: message) == .invalidPassword)
        #expect(ConnectionHandle.state(in: "connection refused") == nil)
    }
}
