import Testing

@testable import PGSyncCore

@Suite("Checks of posting")
struct PostingCheckTests {
    private static func findings(_ change: (inout ServerFacts.Posting) -> Void) -> [Finding] {
        var posting = ServerFacts.Posting()
        change(&posting)
        return Check.posting.map { $0.finding(.sound { $0.posting = .known(posting) }) }
    }

    private static func warnings(_ change: (inout ServerFacts.Posting) -> Void) -> [String] {
        findings(change).filter { $0.severity == .warning }.map(\.id)
    }

    @Test("are content where nothing waits, with a worker and without")
    func sound() {
        #expect(Self.findings { _ in }.allSatisfy { $0.severity == .ok })
        #expect(Self.findings { $0.workers = 1 }.allSatisfy { $0.severity == .ok })
        #expect(
            Self.findings {
                $0.workers = 1; $0.waiting = 3; $0.oldestReady = .seconds(2)
            }.allSatisfy { $0.severity == .ok }
        )
    }

    @Test("tell once why nothing is posted: it is paused, or no worker runs")
    func nothingIsPosted() {
        #expect(
            Self.warnings {
                $0.isPaused = true; $0.waiting = 3; $0.oldestReady = .seconds(9_000)
            } == ["posting.paused"]
        )
        #expect(Self.warnings { $0.pausedTables = ["public.bills"] } == ["posting.paused"])
        #expect(
            Self.warnings {
                $0.waiting = 3; $0.oldestReady = .seconds(9_000)
            } == ["posting.worker"]
        )
        #expect(
            Self.warnings {
                $0.isRealTime = false; $0.waiting = 3; $0.oldestReady = .seconds(9_000)
            } == []
        )
    }

    @Test("tell of schedules that nobody takes, and of jobs that nobody continues")
    func late() {
        let late = [
            ServerFacts.Posting.Late(name: "retention", age: .seconds(9_000)),
            ServerFacts.Posting.Late(name: "chain", age: .seconds(90)),
        ]
        #expect(Self.warnings { $0.lateSchedules = late } == ["posting.schedules"])
        #expect(Self.warnings { $0.interruptedJobs = late } == ["posting.jobs"])
        let found = Self.findings { $0.lateSchedules = late }.first { $0.severity == .warning }?.verdict.found
        #expect(found == "schedule retention was due 2 h ago (and 1 more)")
    }

    @Test("tell of imports that no worker may run")
    func imports() {
        #expect(Self.warnings { ($0.imports, $0.workers) = (["crm"], 1) } == ["posting.imports"])
        #expect(Self.warnings { ($0.imports, $0.workers, $0.importers) = (["crm"], 2, 1) } == [])
        let alone = Self.findings { $0.imports = ["crm"] }.first { $0.id == "posting.imports" }
        #expect(alone?.severity == .note)
    }

    @Test("tell of a queue that is long, and of a change that waits though a worker runs")
    func backlog() {
        #expect(
            Self.warnings {
                $0.workers = 1; $0.waiting = 1_001
            } == ["posting.queue_size"]
        )
        #expect(
            Self.warnings {
                $0.workers = 1; $0.waiting = 1_000
            } == []
        )
        #expect(
            Self.warnings {
                $0.workers = 1; $0.waiting = 1; $0.oldestReady = .seconds(301)
            } == ["posting.oldest"]
        )
    }

    @Test("tell of dead letters by class, and which of them used up their attempts")
    func deadLetters() {
        let found = Self.findings {
            $0.dead = [
                .init(errorClass: "data.missing", count: 3, isExhausted: false),
                .init(errorClass: "transient", count: 1, isExhausted: true),
            ]
        }.filter { $0.severity == .warning }
        #expect(found.map(\.id) == ["posting.dead", "posting.attempts"])
        #expect(
            found.map(\.verdict.found) == [
                "4 dead letters: 3 data.missing, 1 transient", "1 change used up all attempts: 1 transient",
            ]
        )
        #expect(found.last?.verdict.remedy?.hasPrefix("pgsync dead retry --class transient") == true)
    }

    @Test("tell of changes that neither wait nor are over, by table, of the first tables alone")
    func lost() {
        func found(_ tables: Int) -> Finding? {
            Self.findings { posting in
                posting.lost = (1...tables).map {
                    .init(table: "public.t\($0)", count: 1, firstChange: Int64($0) * 10)
                }
            }.first { $0.severity == .problem }
        }
        #expect(found(1)?.id == "posting.lost")
        #expect(
            found(1)?.verdict.found == "1 change neither waits nor is over: 1 of public.t1 from 10 on"
        )
        #expect(
            found(5)?.verdict.found
                == "5 changes neither wait nor are over: 1 of public.t1 from 10 on, 1 of public.t2 from 20 on, "
                + "1 of public.t3 from 30 on and those of 2 other tables"
        )
        #expect(found(1)?.verdict.remedy?.hasPrefix("insert into pgsync.sync_queue") == true)
    }

    @Test("tell at what a worker fails beside posting")
    func duties() {
        let found = Self.findings {
            $0.workers = 1
            $0.failingDuties = [
                .init(worker: "w", duty: "capture", reason: "permission denied for schema app"),
                .init(worker: "w", duty: "growth", reason: "it is locked"),
            ]
        }.first { $0.severity == .warning }
        #expect(found?.id == "posting.housekeeping")
        #expect(
            found?.verdict.found == "worker w fails at capture: permission denied for schema app (and 1 more)"
        )
    }
}
