extension PackCase {
    /// The events of a clinic by their usual numbers: R1 to R12, then refunds and returns, then what cannot be posted.
    package static let clinic = events + refunds + failures

    private static let consultations = "public.consultation_invoices"
    private static let pharmacy = "public.pharmacy_bills"
    private static let lab = "public.lab_bills"
    private static let ultrasound = "public.ultrasound_bills"
    private static let payments = "public.payments"

    private static let events = [
        PackCase(
            "R1: a consultation, in cash",
            consultations,
            """
            {"id": 1, "invoice_number": "C-1", "patient_id": 7, "visit_id": 31, "amount": 500, "payment_mode": "cash",
             "status": "final", "invoice_date": "2026-01-05"}
            """,
            posts: "Dr 1200@7 500, Cr 4000 500, Dr 1000 500, Cr 1200@7 500"
        ),
        PackCase(
            "R2: medicines for an out-patient, by card",
            pharmacy,
            """
            {"id": 2, "bill_number": "P-2", "patient_id": 7, "payer_type": "patient", "payment_mode": "card",
             "tax_class": "taxable", "total_amount": 1050, "taxable": 1000, "gst_amount": 50, "cgst_amount": 25,
             "sgst_amount": 25, "cost_amount": 700, "status": "paid", "bill_date": "2026-01-05"}
            """,
            posts: "Dr 1200@7 1050, Cr 4300 1000, Cr 2100 25, Cr 2101 25, Dr 1150 1050, Cr 1200@7 1050, "
                + "Dr 5000 700, Cr 1300 700"
        ),
        PackCase(
            "R3: a laboratory bill for the insurer, with a discount",
            lab,
            """
            {"id": 3, "bill_number": "L-3", "patient_id": 9, "payer_type": "insurer", "gross_amount": 1200,
             "discount": 100, "status": "final", "bill_date": "2026-02-28"}
            """,
            posts: "Dr 1210@9 1100, Dr 4900 100, Cr 4100 1200"
        ),
        PackCase(
            "R4: ultrasound, part cash, part card, the rest due",
            ultrasound,
            """
            {"id": 4, "bill_number": "U-4", "patient_id": 4, "total_amount": 1500, "due_amount": 500,
             "payments": [{"mode": "cash", "amount": 600}, {"mode": "card", "amount": 400}], "status": "final",
             "bill_date": "2026-03-01"}
            """,
            posts: "Dr 1200@4 1500, Cr 4200 1500, Dr 1000 600, Dr 1150 400, Cr 1200@4 1000"
        ),
        PackCase(
            "R5: medicines at a price that includes 5 % tax, in cash",
            pharmacy,
            """
            {"id": 5, "bill_number": "P-5", "patient_id": 7, "payment_mode": "cash", "total_amount": 250.00,
             "taxable": 238.10, "gst_amount": 11.90, "cost_amount": 163.25, "status": "paid",
             "bill_date": "2026-01-06"}
            """,
            posts: "Dr 1200@7 250, Cr 4300 238.10, Cr 2100 5.95, Cr 2101 5.95, Dr 1000 250, Cr 1200@7 250, "
                + "Dr 5000 163.25, Cr 1300 163.25"
        ),
        PackCase(
            "R6: medicines for an in-patient, exempt",
            pharmacy,
            """
            {"id": 6, "bill_number": "P-6", "patient_id": 8, "payer_type": "insurer", "tax_class": "exempt",
             "total_amount": 400, "taxable": 400, "gst_amount": 0, "cost_amount": 250, "status": "final",
             "bill_date": "2026-01-07"}
            """,
            posts: "Dr 1210@8 400, Cr 4310 400, Dr 5000 250, Cr 1300 250"
        ),
        PackCase(
            "R7: the insurer pays later",
            payments,
            """
            {"id": 7, "payment_number": "R-7", "kind": "receipt", "patient_id": 9, "payer_type": "insurer",
             "mode": "bank", "amount": 1100, "bill_number": "L-3", "paid_on": "2026-04-20"}
            """,
            posts: "Dr 1100 1100, Cr 1210@9 1100"
        ),
        PackCase(
            "R8: an advance",
            payments,
            """
            {"id": 8, "payment_number": "R-8", "kind": "advance", "patient_id": 4, "mode": "cash", "amount": 2000,
             "paid_on": "2026-02-27"}
            """,
            posts: "Dr 1000 2000, Cr 2200@4 2000"
        ),
        PackCase(
            "R8: the advance is used",
            payments,
            """
            {"id": 9, "payment_number": "R-9", "kind": "application", "patient_id": 4, "amount": 500,
             "bill_number": "U-4", "paid_on": "2026-03-01"}
            """,
            posts: "Dr 2200@4 500, Cr 1200@4 500"
        ),
        PackCase(
            "R9: cards are settled, less the fee and its tax",
            "public.settlements",
            """
            {"id": 10, "batch_number": "S-10", "channel": "card", "gross_amount": 10000, "fee_amount": 180,
             "fee_cgst": 16.20, "fee_sgst": 16.20, "net_amount": 9787.60, "settled_on": "2026-01-07"}
            """,
            posts: "Dr 1100 9787.60, Dr 6000 180, Dr 1400 16.20, Dr 1401 16.20, Cr 1150 10000"
        ),
        PackCase(
            "R10: rounded up to the rupee",
            pharmacy,
            """
            {"id": 11, "bill_number": "P-11", "patient_id": 7, "total_amount": 1050, "taxable": 999.60,
             "gst_amount": 50, "round_off": 0.40, "cost_amount": 700, "status": "final", "bill_date": "2026-01-05"}
            """,
            posts:
                "Dr 1200@7 1050, Cr 4300 999.60, Cr 2100 25, Cr 2101 25, Cr 6900 0.40, Dr 5000 700, Cr 1300 700"
        ),
        PackCase(
            "R11: a consultation, by cheque",
            consultations,
            """
            {"id": 12, "invoice_number": "C-12", "patient_id": 7, "amount": 500, "payment_mode": "cheque",
             "status": "final", "invoice_date": "2026-01-05"}
            """,
            posts: "Dr 1200@7 500, Cr 4000 500, Dr 1100 500, Cr 1200@7 500"
        ),
        PackCase(
            "R12: paid in a way nobody knows",
            consultations,
            """
            {"id": 13, "invoice_number": "C-13", "patient_id": 7, "amount": 500, "payment_mode": "barter",
             "status": "final", "invoice_date": "2026-01-05"}
            """,
            fails: "data.unknown_mode"
        ),
    ]

    private static let refunds = [
        PackCase(
            "part of R2 comes back, as good as new",
            "public.pharmacy_returns",
            """
            {"id": 21, "return_number": "B-21", "bill_number": "P-2", "patient_id": 7, "total_amount": 420,
             "taxable": 400, "gst_amount": 20, "cost_amount": 280, "refund_mode": "cash",
             "return_date": "2026-01-08"}
            """,
            posts: "Dr 4390 400, Dr 2100 10, Dr 2101 10, Cr 1200@7 420, Dr 1200@7 420, Cr 1000 420, "
                + "Dr 1300 280, Cr 5000 280"
        ),
        PackCase(
            "it cannot be sold again, and is paid back later",
            "public.pharmacy_returns",
            """
            {"id": 22, "return_number": "B-22", "bill_number": "P-2", "patient_id": 7, "total_amount": 420,
             "taxable": 400, "gst_amount": 20, "cost_amount": 280, "resaleable": false, "refund_mode": "later",
             "return_date": "2026-01-08"}
            """,
            posts: "Dr 4390 400, Dr 2100 10, Dr 2101 10, Cr 1200@7 420, Dr 1200@7 420, Cr 2300@7 420, "
                + "Dr 5010 280, Cr 5000 280"
        ),
        PackCase(
            "it is too late to lower the tax",
            "public.pharmacy_returns",
            """
            {"id": 23, "return_number": "B-23", "bill_number": "P-2", "patient_id": 7, "total_amount": 420,
             "taxable": 400, "gst_amount": 20, "cost_amount": 280, "tax_lapsed": true, "refund_mode": "cash",
             "return_date": "2026-12-01"}
            """,
            posts: "Dr 4390 420, Cr 1200@7 420, Dr 1200@7 420, Cr 1000 420, Dr 1300 280, Cr 5000 280"
        ),
        PackCase(
            "the bill of a cancelled consultation was paid: the money is held",
            payments,
            """
            {"id": 24, "payment_number": "R-24", "kind": "held", "patient_id": 7, "mode": "cash", "amount": 500,
             "bill_number": "C-1", "paid_on": "2026-01-07"}
            """,
            posts: "Dr 1000 500, Cr 2300@7 500"
        ),
        PackCase(
            "a service that nobody paid is taken off",
            "public.refunds",
            """
            {"id": 25, "refund_number": "F-25", "kind": "service", "patient_id": 9, "payer_type": "insurer",
             "amount": 100, "bill_number": "L-3", "refunded_on": "2026-03-06"}
            """,
            posts: "Dr 4090 100, Cr 1210@9 100"
        ),
        PackCase(
            "more goes back than was paid",
            "public.refunds",
            """
            {"id": 26, "refund_number": "F-26", "kind": "service", "patient_id": 7, "amount": 100, "mode": "cash",
             "bill_number": "C-99", "refunded_on": "2026-03-06"}
            """,
            fails: "rule.assert_failed"
        ),
        PackCase(
            "a payment that bounced",
            payments,
            """
            {"id": 27, "payment_number": "R-27", "kind": "receipt", "patient_id": 7, "mode": "cheque", "amount": 500,
             "bill_number": "C-2", "status": "bounced", "paid_on": "2026-01-07"}
            """,
            .nothing
        ),
        PackCase(
            "a bill that is cancelled",
            pharmacy,
            #"{"id": 28, "bill_number": "P-28", "status": "cancelled", "bill_date": "2026-01-07"}"#,
            .nothing
        ),
    ]

    private static let failures = [
        PackCase(
            "not a number",
            lab,
            #"{"id": 41, "bill_number": "L-41", "gross_amount": "NaN", "status": "final", "bill_date": "2026-01-07"}"#,
            fails: "data.range"
        ),
        PackCase(
            "infinity",
            lab,
            #"{"id": 42, "bill_number": "L-42", "gross_amount": "Infinity", "status": "final", "bill_date": "2026-01-07"}"#,
            fails: "data.range"
        ),
        PackCase(
            "three decimals",
            lab,
            #"{"id": 43, "bill_number": "L-43", "gross_amount": 300.001, "status": "final", "bill_date": "2026-01-07"}"#,
            fails: "data.precision"
        ),
        PackCase(
            "more than there is",
            lab,
            #"{"id": 44, "bill_number": "L-44", "gross_amount": 1e20, "status": "final", "bill_date": "2026-01-07"}"#,
            fails: "data.range"
        ),
        PackCase(
            "an unknown mode among the payments",
            ultrasound,
            """
            {"id": 45, "bill_number": "U-45", "total_amount": 1500, "due_amount": 0, "status": "final",
             "payments": [{"mode": "cash", "amount": 900}, {"mode": "barter", "amount": 600}], "bill_date": "2026-03-01"}
            """,
            fails: "data.unknown_mode"
        ),
        PackCase(
            "CGST and SGST that differ",
            pharmacy,
            """
            {"id": 46, "bill_number": "P-46", "total_amount": 105, "taxable": 100, "gst_amount": 5,
             "cgst_amount": 2.51, "sgst_amount": 2.49, "cost_amount": 70, "status": "final", "bill_date": "2026-01-05"}
            """,
            fails: "rule.assert_failed"
        ),
        PackCase(
            "a tax without halves",
            pharmacy,
            """
            {"id": 47, "bill_number": "P-47", "total_amount": 105.01, "taxable": 100, "gst_amount": 5.01,
             "cost_amount": 70, "status": "final", "bill_date": "2026-01-05"}
            """,
            fails: "data.precision"
        ),
        PackCase(
            "no cost",
            pharmacy,
            """
            {"id": 48, "bill_number": "P-48", "total_amount": 105, "taxable": 100, "gst_amount": 5,
             "status": "final", "bill_date": "2026-01-05"}
            """,
            fails: "data.missing"
        ),
        PackCase(
            "a cost of nothing",
            pharmacy,
            """
            {"id": 49, "bill_number": "P-49", "total_amount": 105, "taxable": 100, "gst_amount": 5, "cost_amount": 0,
             "status": "final", "bill_date": "2026-01-05"}
            """,
            fails: "rule.assert_failed"
        ),
        PackCase(
            "payments that do not add up",
            ultrasound,
            """
            {"id": 50, "bill_number": "U-50", "total_amount": 1500, "due_amount": 500, "status": "final",
             "payments": [{"mode": "cash", "amount": 900}], "bill_date": "2026-03-01"}
            """,
            fails: "rule.unbalanced"
        ),
    ]
}
