import Testing

@testable import Telemetry

@Suite("Log format")
struct LogFormatTests {
    private let formats: [LogFormat] = [.human(colored: false), .logfmt, .json]

    private func record(_ metadata: LogMetadata, message: String = "Batch posted") -> LogRecord {
        LogRecord(
            time: LogTimestamp(microsecondsSinceEpoch: 1_740_787_199_000_250),
            level: .info,
            message: message,
            metadata: metadata
        )
    }

    private let everyType: LogMetadata = [
        "batch.changes": 100, "duration": .duration(.microseconds(12_345)), "share": 0.5, "late": false,
        "table": "public.orders", "note": "two words",
    ]

    @Test("is coloured on a terminal and logfmt elsewhere unless chosen")
    func choosesAutomatically() {
        #expect(LogFormat.automatic(isTerminal: true) == .human(colored: true))
        #expect(LogFormat.automatic(isTerminal: false) == .logfmt)
    }

    @Test("writes logfmt with every type of value")
    func writesLogfmt() {
        #expect(
            LogFormat.logfmt.line(for: record(everyType)) == """
                time=2025-02-28T23:59:59.000250Z level=info message="Batch posted" batch.changes=100 \
                duration=12.345ms share=0.5 late=false table=public.orders note="two words"
                """
        )
    }

    @Test("writes JSON with every type of value, durations in seconds")
    func writesJSON() {
        #expect(
            LogFormat.json.line(for: record(everyType)) == """
                {"time":"2025-02-28T23:59:59.000250Z","level":"info","message":"Batch posted",\
                "batch.changes":100,"duration":0.012345,"share":0.5,"late":false,"table":"public.orders",\
                "note":"two words"}
                """
        )
    }

    @Test("writes lines for people with local time and an aligned level")
    func writesForPeople() {
        let line = LogFormat.human(colored: false).line(for: record(everyType), secondsEast: { _ in 3_600 })
        #expect(
            line == """
                00:59:59 info     Batch posted batch.changes=100 duration=12.345ms share=0.5 late=false \
                table=public.orders note="two words"
                """
        )
    }

    @Test("dims the time and the keys and colours the level on a terminal")
    func colours() {
        let line = LogFormat.human(colored: true).line(for: record(["a": 1]), secondsEast: { _ in 0 })
        #expect(
            line
                == "\u{1B}[2m23:59:59\u{1B}[0m \u{1B}[32minfo\u{1B}[0m     Batch posted \u{1B}[2ma=\u{1B}[0m1"
        )
    }

    @Test(
        "escapes what could forge a line, steer a terminal or end a quotation",
        arguments: [
            ("a\nlevel=critical", #""a\nlevel=critical""#),
            ("\r\t", #""\r\t""#),
            ("\u{1B}[31mred", #""\u001b[31mred""#),
            ("\u{9B}31m", #""\u009b31m""#),
            ("\u{7F}\u{0}", #""\u007f\u0000""#),
            ("say \"hi\" \\", #""say \"hi\" \\""#),
            ("\u{202E}gpj.exe", #""\u202egpj.exe""#),
            ("\u{2028}\u{2029}\u{85}", #""\u2028\u2029\u0085""#),
            ("\u{E0041}", #""\udb40\udc41""#),
        ]
    )
    func escapes(value: String, written: String) {
        for format in formats {
            let line = format.line(for: record(["key": .string(value)]))
            #expect(line.contains(written))
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        }
    }

    @Test("leaves letters of every language alone and quotes an empty value")
    func leavesLettersAlone() {
        let line = LogFormat.logfmt.line(for: record(["name": "Zürich東京🚀", "empty": ""]))
        #expect(line.hasSuffix(#" name=Zürich東京🚀 empty="""#))
    }

    @Test("escapes the sentence and the keys as well")
    func escapesSentenceAndKeys() {
        let record = record(["a b=\n\"": 1, "": 2], message: "Rule \"x\"\nmoved")
        #expect(
            LogFormat.logfmt.line(for: record).hasSuffix(#" message="Rule \"x\"\nmoved" a_b___=1 _=2"#)
        )
        #expect(
            LogFormat.human(colored: false).line(for: record).hasSuffix(#" Rule "x"\nmoved a_b___=1 _=2"#)
        )
        #expect(
            LogFormat.json.line(for: record).hasSuffix(
                #""message":"Rule \"x\"\nmoved","a b=\n\"":1,"":2}"#
            )
        )
    }

    @Test("moves a field out of the way of the keys that every line has")
    func movesReservedKeys() {
        let record = record(["level": "low", "time": 1, "message": "m"])
        #expect(
            LogFormat.json.line(for: record).hasSuffix(
                #""field.level":"low","field.time":1,"field.message":"m"}"#
            )
        )
        #expect(LogFormat.logfmt.line(for: record).hasSuffix(" field.level=low field.time=1 field.message=m"))
    }

    @Test("keeps JSON valid for numbers that JSON does not know")
    func keepsJSONValid() {
        let record = record(["a": .double(.nan), "b": .double(-.infinity), "c": .double(1e300)])
        #expect(LogFormat.json.line(for: record).hasSuffix(#""a":"nan","b":"-inf","c":1e+300}"#))
    }
}
