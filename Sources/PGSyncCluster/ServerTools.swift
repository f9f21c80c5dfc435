internal import Subprocesses

/// How the server's own programs are run.
enum ServerTools {
    /// As the server's user, in a surrounding without PG* variables, and speaking English, which we have to read.
    static func invocation(_ program: String, _ arguments: [String], user: UserAccount) -> Invocation {
        var invocation = Invocation(program, arguments)
        let current = ProcessEnvironment.current
        var environment = ["LC_ALL": "C", "HOME": user.home]
        for name in ["PATH", "TZ", "LD_LIBRARY_PATH"] { environment[name] = current[name] }
        invocation.environment = .exactly(environment)
        invocation.user = user
        // Our own working directory may be closed to the user, and busy for as long as the server runs.
        invocation.workingDirectory = "/"
        return invocation
    }
}
