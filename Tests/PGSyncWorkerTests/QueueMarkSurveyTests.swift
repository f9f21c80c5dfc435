import PGSyncCore
import PGSyncStore
import Postgres
import TestSupport
import Testing

@Suite("Marks and surveys", .postingDatabase, .timeLimit(.minutes(5)))
struct QueueMarkSurveyTests {
    private let database = TestDatabase.current

    @Test("pass no change whose writer has not ended, however close together the surveys are")
    func slowWriter() async throws {
        try await database.connect { surveyor in
            try await database.connect { slow in
                _ = try await slow.withSession {
                    try $0.runScript("begin; insert into bills values (1, 1, 'slow')")
                }
                var mark = QueueMark()
                var now = Duration.zero
                // One from the bottom, then those that raise the mark.
                for _ in 1...6 {
                    now += .seconds(1)
                    let survey = mark.beginSurvey(at: now)
                    let found = try await surveyor.withSession { session in
                        try PostingStore(session, PostingStore.Task(worker: "test")).survey(
                            from: survey.start
                        )
                    }
                    mark.end(survey, found, at: now)
                }
                let id = try await slow.withSession { session in
                    try session.runScript("commit; select id from pgsync.sync_logs").onlyRow().decode(
                        0,
                        as: Int64.self
                    )
                }
                #expect(mark.safe <= id)
                // So that the next one finds it.
                let survey = mark.beginSurvey(at: now + .seconds(1))
                let found = try await surveyor.withSession { session in
                    try PostingStore(session, PostingStore.Task(worker: "test")).survey(from: survey.start)
                }
                #expect(found.oldest == id)
            }
        }
    }
}
