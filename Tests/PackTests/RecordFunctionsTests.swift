import Postgres
import TestSupport
import Testing

@Suite("The functions a clinic's programs call", .packs, .timeLimit(.minutes(5)))
struct RecordFunctionsTests {
    private static let calls = [
        "record_consultation_revenue(1, 7, 600, 'cash')", "record_pharmacy_sale(1, 105, 5, 71)",
        "record_lab_revenue(1, 301)", "record_ultrasound_revenue(1, 1500, 'card')",
    ]

    @Test("refuse a number that is there with other contents, and name the columns", arguments: calls)
    func duplicate(_ call: String) async throws {
        try await TestDatabase.current.run(
            """
            insert into public.consultation_invoices (id, invoice_number, patient_id, amount, payment_mode, status)
            values (1, 'C-1', 7, 500, 'cash', 'final');
            insert into public.pharmacy_bills (
                id, bill_number, payment_mode, total_amount, taxable, gst_amount, cost_amount, status
            )
            values (1, 'P-1', 'cash', 105, 100, 5, 70, 'paid');
            insert into public.lab_bills (id, bill_number, gross_amount, payment_mode, status)
            values (1, 'L-1', 300, 'cash', 'final');
            insert into public.ultrasound_bills (id, bill_number, total_amount, payments, due_amount, status)
            values (1, 'U-1', 1500, '[{"mode": "cash", "amount": 1500}]', 0, 'final');
            """
        )
        let error = try #require(try await TestDatabase.current.refusal(of: "select \(call)"))
        #expect(error.sqlState?.code == "CL001")
        #expect(error.hint?.contains("To amend it, update its row in public.") == true)
        let column = ["amount", "cost_amount", "amount", "payments"]
        let index = try #require(Self.calls.firstIndex(of: call))
        #expect(error.detail == "It differs in \(column[index]).")
    }

    @Test("are for the role that the clinic names, and for nobody else")
    func rights() async throws {
        let role = "clinic_of_\(TestDatabase.current.name)"
        try await TestDatabase.current.run("create role \(role)")
        let result: Result<Void, any Error>
        do { result = .success(try await check(as: role)) } catch { result = .failure(error) }
        try await TestDatabase.current.run("drop owned by \(role); drop role \(role)")
        try result.get()
    }

    private func check(as role: String) async throws {
        let database = TestDatabase.current
        for call in Self.calls {
            #expect(try await database.condition(of: "set role \(role); select \(call)") == "42501")
        }
        try await Psql.run(
            file: "sql/examples/clinic/install.sql",
            variables: ["clinic_role": role],
            database: database.name
        )
        // Nothing but the functions: they come as far as the contents of the bill, which the role cannot see.
        try await database.run("insert into public.lab_bills (id, bill_number) values (1, 'L-1')")
        let asked = "set role \(role); select record_lab_revenue(1, 5)"
        #expect(try await database.condition(of: asked) == "CL001")
        #expect(try await database.condition(of: "set role \(role); select from public.lab_bills") == "42501")
    }
}

extension TestDatabase {
    /// The error a script ends in; nil when it succeeds.
    func refusal(of script: String) async throws -> PostgresError? {
        do {
            try await run(script)
            return nil
        } catch let error as PostgresError {
            return error
        }
    }

    /// The condition a script ends in, such as 42501; nil when it succeeds.
    func condition(of script: String) async throws -> String? {
        try await refusal(of: script)?.sqlState?.code
    }
}
