import JSON
import Subprocesses

/// Debian's hledger, which `scripts/setup test` installs; a test that needs it fails where it is missing.
enum Hledger {
    /// Runs it over a journal that it reads from its standard input.
    static func run(_ arguments: String..., on journal: String) async throws -> ProcessOutput {
        var hledger = Invocation("hledger", arguments + ["-f", "-"])
        hledger.standardInput = .text(journal)
        hledger.environment = .merging(["LC_ALL": "C.UTF-8", "LEDGER_FILE": nil])
        return try await ChildProcess.run(hledger, timeout: .seconds(60))
    }

    /// What every account stands at before a day, each by its code, currency and amount: `1000 INR 12.50`.
    static func balances(before day: String, in journal: String) async throws -> Set<String> {
        let output = try await run("balance", "--flat", "--no-total", "-e", day, "-O", "json", on: journal)
            .checked()
        let rows = try JSONValue(parsing: output.standardOutput.text)[0]?.array ?? []
        var balances: Set<String> = []
        for row in rows {
            let leaf = row[0]?.string?.split(separator: ":").last ?? ""
            // As `HledgerText.code` escapes it.
            let code = leaf.prefix { $0 != " " }.split(separator: "%3A").joined(separator: ":")
            for amount in row[3]?.array ?? [] {
                let quantity = amount["aquantity"]
                let decimal = decimal(
                    quantity?["decimalMantissa"]?.number?.text ?? "",
                    places: quantity?["decimalPlaces"]?.number?.int ?? 0
                )
                balances.insert("\(code) \(amount["acommodity"]?.string ?? "") \(decimal)")
            }
        }
        return balances
    }

    private static func decimal(_ mantissa: String, places: Int) -> String {
        guard places > 0 else { return mantissa }
        let digits = mantissa.drop { $0 == "-" }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return (mantissa.hasPrefix("-") ? "-" : "") + "\(padded.dropLast(places)).\(padded.suffix(places))"
    }
}
