import Subprocesses
import TestSupport

/// The rule that posts the table `bills (id, amount, day, note)` to `LittleLedger.cashBook`.
enum CashBook {
    static let tables = """
        create table bills (id bigint primary key, amount numeric(12, 2), day date, note text);
        select pgsync.attach('bills');
        \(LittleLedger.cashBook)
        """

    static func applyRule(to url: String) async throws {
        var rules = try BuiltProgram.invocation(
            ["rules", "apply", "/dev/stdin"],
            environment: ["PGSYNC_DATABASE_URL": url]
        )
        rules.standardInput = .text(
            """
            rule bill version 1 on public.bills
              column day     date
              column note    text
              column amount  money
              date      day
              currency  'INR'
              describe  note
              debit   1000  amount
              credit  4000  amount
              example 'a bill'
                given { "amount": "2.00", "day": "2026-03-01", "note": "bill" }
                posts debit 1000 2.00  credit 4000 2.00

            """
        )
        _ = try await ChildProcess.run(rules).checked()
    }
}
