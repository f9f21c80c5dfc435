/// What to run and how: a program with its arguments, never a shell line.
public struct Invocation: Sendable {
    /// Which process group the child belongs to.
    public enum Grouping: Sendable {
        /// Ours, so that Ctrl-C on the terminal reaches it too.
        case inherited
        /// Its own; signals meant for the child then go to all processes of the group.
        case newGroup
        /// Its own session without a terminal, and with it its own group.
        case newSession
    }

    /// A path, or a name that is looked for in our `PATH`.
    public var executable: String
    /// The arguments after the program's name, passed on as they are.
    public var arguments: [String]
    /// The variables the child sees.
    public var environment = ProcessEnvironment.inherited
    /// The child's working directory; ours where nil.
    public var workingDirectory: String?
    /// What the child reads.
    public var standardInput = InputSource.null
    /// Where the child's standard output goes.
    public var standardOutput = OutputTarget.captured()
    /// Where the child's standard error goes.
    public var standardError = OutputTarget.captured()
    /// The child's process group.
    public var grouping = Grouping.inherited
    /// The user to run as; ours where nil.
    ///
    /// Becoming another user is left to `setpriv` of util-linux, started in front of the program. `runuser` would
    /// stay in between as a parent with a PAM session, so that our signals would reach it instead of the program
    /// and a SIGKILL would orphan the program; `setpriv` replaces itself, and the process identifier we know is
    /// the program's own. The price: a program that is missing shows as exit code 127, not as an error.
    public var user: UserAccount?
    /// Whether the kernel kills the child when this process dies without having cleaned up.
    ///
    /// Linux ties this to the *thread* that started the child. It is safe here because each child is started by
    /// the thread that attends to it and that ends after the child, never by a thread of a pool. It costs one
    /// `setpriv`, and does not reach the child's own children.
    public var diesWithParent = false
    /// How long a child that shall end is given between SIGTERM and SIGKILL.
    public var terminationGrace = Duration.seconds(5)

    /// Creates an invocation that captures output and reads nothing.
    public init(_ executable: String, _ arguments: [String] = []) {
        self.executable = executable
        self.arguments = arguments
    }

    /// The words to execute, with what has to stand in front of the program.
    var words: [String] {
        var prefix: [String] = []
        if diesWithParent { prefix += ["--pdeathsig", "KILL"] }
        if let other = switchedUser {
            prefix += ["--reuid", String(other.userID), "--regid", String(other.groupID), "--init-groups"]
        }
        if !prefix.isEmpty { prefix = ["setpriv"] + prefix + ["--"] }
        return prefix + [executable] + arguments
    }

    /// The user to become, or nil where we are that user already.
    var switchedUser: UserAccount? {
        user.flatMap { $0.userID == UserAccount.current.userID ? nil : $0 }
    }
}
