import Arguments
import Testing

@Suite("Environment")
struct EnvironmentTests {
    @Test("sees the variables of the process")
    func seesTheProcess() {
        #expect(Environment.process["PATH"]?.isEmpty == false)
        #expect(Environment.process["NOBODY_SETS_THIS_VARIABLE"] == nil)
    }

    @Test("holds the variables of a literal and no others")
    func holdsALiteral() {
        let environment: Environment = ["A": "1", "A": "2"]
        #expect(environment["A"] == "2")
        #expect(environment["PATH"] == nil)
    }
}
