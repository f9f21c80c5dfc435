package import PGSyncRules

/// A CRM inside this process, and the import that reads it.
package struct CRMDemo: Sendable {
    package let crm: MockCRM
    /// The definition of the example, which calls this machine instead.
    package let text: String
    package let definition: ImportDefinition
    /// What the CRM knows its callers by, for as long as it runs.
    package let key: String

    package init(seed: Int) throws(DemoError) {
        var options = MockCRM.Options()
        options.seed = seed
        (options.merchants, options.transactions, options.residuals) = (200, 4_000, 4_000)
        options.badPerMille = 2
        options.latency = .milliseconds(20)
        key = "demo-\(UInt64.random(in: 0 ... .max))"
        options.key = key
        crm = MockCRM(options)
        guard let written = ExamplePack.crm.importText else {
            throw .incomplete(file: "sql/examples/crm/crm.import")
        }
        // Each run names the port of its own, and so many calls would take minutes by the budget of the example.
        text = written.replacing("base      'https://crm.example/", with: "base      'http://127.0.0.1/")
            .replacing("hosts     'crm.example'", with: "hosts     '127.0.0.1'")
            .replacing("budget    60 per minute", with: "budget    3000 per minute")
        guard let definition = ImportFile(name: "crm.import", text: text).definition,
            definition.hosts.contains("127.0.0.1")
        else { throw .incomplete(file: "sql/examples/crm/crm.import") }
        self.definition = definition
    }

    /// Something happens there: rows are edited, some are new.
    package func goOn() {
        for _ in 0..<5 {
            crm.edit(.residuals, .random(in: 1...4_000))
            crm.edit(.merchants, .random(in: 1...200))
            crm.add(.transactions)
        }
    }
}
