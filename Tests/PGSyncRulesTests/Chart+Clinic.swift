import PGSyncRules

extension Chart {
    /// The chart of the clinic, as far as its rules use it.
    static let clinic = Chart([
        Account(code: "1000", name: "Cash in hand", type: "asset"),
        Account(code: "1100", name: "Bank", type: "asset"),
        Account(code: "1150", name: "Card settlement clearing", type: "asset"),
        Account(code: "1155", name: "UPI clearing", type: "asset"),
        Account(code: "1200", name: "Patient receivable", type: "asset", requiresParty: true),
        Account(code: "1210", name: "Insurer receivable", type: "asset", requiresParty: true),
        Account(code: "1300", name: "Pharmacy inventory", type: "asset"),
        Account(code: "1400", name: "Input CGST", type: "asset"),
        Account(code: "1401", name: "Input SGST", type: "asset"),
        Account(code: "1402", name: "Input IGST", type: "asset"),
        Account(code: "1900", name: "Suspense", type: "asset"),
        Account(code: "2100", name: "Output CGST", type: "liability"),
        Account(code: "2101", name: "Output SGST", type: "liability"),
        Account(code: "2102", name: "Output IGST", type: "liability"),
        Account(code: "2200", name: "Patient advances", type: "liability", requiresParty: true),
        Account(code: "2300", name: "Refunds payable", type: "liability", requiresParty: true),
        Account(code: "3999", name: "Old capital", type: "equity", isActive: false),
        Account(code: "4000", name: "Consultation income", type: "income"),
        Account(code: "4090", name: "Service refunds", type: "income"),
        Account(code: "4100", name: "Lab income", type: "income"),
        Account(code: "4200", name: "Ultrasound income", type: "income"),
        Account(code: "4300", name: "Pharmacy sales taxable", type: "income"),
        Account(code: "4310", name: "Pharmacy sales exempt", type: "income"),
        Account(code: "4390", name: "Pharmacy returns", type: "income"),
        Account(code: "4900", name: "Discounts allowed", type: "income"),
        Account(code: "5000", name: "Cost of goods sold", type: "expense"),
        Account(code: "5010", name: "Stock written off", type: "expense"),
        Account(code: "6000", name: "Card fees", type: "expense"),
        Account(code: "6900", name: "Round-off", type: "expense"),
    ])
}
