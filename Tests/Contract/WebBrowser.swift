import Foundation

/// Chromium without a window, driven over its debugging pipe (Chrome DevTools Protocol, `--remote-debugging-pipe`: JSON messages that end with a zero
/// byte, to the browser on descriptor 3, from it on descriptor 4).
///
/// One task uses it. Waiting is done by the page itself, which looks again whenever its document changes.
final class WebBrowser {
    struct Failure: Error, CustomStringConvertible { var description: String }

    private let folder: BackendFolder
    private let process: pid_t
    private let toBrowser: FileHandle
    private var messages: AsyncStream<Data>.Iterator
    private var session = ""
    private var lastID = 0
    /// Exceptions of the page's script, violations of its content security policy, errors it logged.
    private(set) var complaints: [String] = []

    init() async throws {
        folder = try BackendFolder()
        let program = try BackendSubprocess.find("chromium", "chromium-browser", "google-chrome")
        let (down, up) = (Pipe(), Pipe())
        process = try Self.spawn(
            program,
            // The backend's authority is no authority of the machine; what TLS is worth is for other tests to say.
            ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--ignore-certificate-errors", "--remote-debugging-pipe",
             "--user-data-dir=\(folder.url.path)", "about:blank"],
            temporary: folder.url.path, reads: down.fileHandleForReading.fileDescriptor, writes: up.fileHandleForWriting.fileDescriptor)
        try down.fileHandleForReading.close()
        try up.fileHandleForWriting.close()
        toBrowser = down.fileHandleForWriting
        messages = Self.messages(from: up.fileHandleForReading).makeAsyncIterator()
        let targets = try await call("Target.getTargets")["targetInfos"] as? [[String: Any]] ?? []
        guard let page = targets.first(where: { $0["type"] as? String == "page" })?["targetId"] as? String else { throw Failure(description: "the browser has no page") }
        session = try await call("Target.attachToTarget", ["targetId": page, "flatten": true])["sessionId"] as? String ?? ""
        for domain in ["Page", "Runtime", "Log"] { _ = try await call("\(domain).enable") }
        // Pictures show the page at rest.
        _ = try await call("Emulation.setEmulatedMedia", ["features": [["name": "prefers-reduced-motion", "value": "reduce"]]])
    }

    /// Ends the browser and waits for it and for its helpers: only then does nobody write into its folder any more.
    func close() async {
        session = ""
        _ = try? await call("Browser.close")
        // The pipe ends with the last process that holds it.
        while await messages.next() != nil {}
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        folder.remove()
    }

    func resize(width: Int, height: Int, isPhone: Bool = false) async throws {
        _ = try await call("Emulation.setDeviceMetricsOverride", ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": isPhone])
    }

    func open(_ url: String) async throws {
        let answer = try await call("Page.navigate", ["url": url])
        if let error = answer["errorText"] as? String { throw Failure(description: "\(url): \(error)") }
    }

    /// The value of a JavaScript expression, as text.
    func text(_ expression: String) async throws -> String {
        let answer = try await call("Runtime.evaluate", ["expression": "String(\(expression))", "returnByValue": true])
        return (answer["result"] as? [String: Any])?["value"] as? String ?? ""
    }

    /// Waits until the expression is true of the document; 20 seconds at most.
    func when(_ expression: String) async throws {
        let script = """
            new Promise((yes, no) => {
              const late = setTimeout(() => no(new Error("never true")), 20000);
              const look = () => { let is; try { is = !!(\(expression)); } catch { is = false; } if (is) { watch.disconnect(); clearTimeout(late); yes(true); } };
              const watch = new MutationObserver(look);
              watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
              look();
            })
            """
        // A page that is just being replaced takes its promise along: then the next page is asked.
        for _ in 0..<5 {
            do {
                let answer = try await call("Runtime.evaluate", ["expression": script, "awaitPromise": true, "returnByValue": true])
                if answer["exceptionDetails"] == nil { return }
                throw Failure(description: "never true: \(expression)\n\(try await text("document.body.innerText"))")
            } catch let failure as Failure where failure.description.contains("context was destroyed") || failure.description.contains("navigated") { continue }
        }
        throw Failure(description: "the page does not settle")
    }

    func document() async throws -> String { try await text("document.documentElement.outerHTML") }

    func screenshot(to file: URL) async throws {
        let answer = try await call("Page.captureScreenshot", ["format": "png"])
        guard let png = Data(base64Encoded: answer["data"] as? String ?? ""), !png.isEmpty else { throw Failure(description: "no picture") }
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try png.write(to: file)
    }

    private func call(_ method: String, _ parameters: [String: Any] = [:]) async throws -> [String: Any] {
        lastID += 1
        var message: [String: Any] = ["id": lastID, "method": method, "params": parameters]
        if !session.isEmpty { message["sessionId"] = session }
        try toBrowser.write(contentsOf: try JSONSerialization.data(withJSONObject: message) + [0])
        while let data = await messages.next() {
            guard let answer = try JSONSerialization.jsonObject(with: data) as? [String: Any] else { continue }
            note(answer)
            guard answer["id"] as? Int == lastID else { continue }
            if let error = answer["error"] as? [String: Any] { throw Failure(description: "\(method): \(error["message"] ?? error)") }
            return answer["result"] as? [String: Any] ?? [:]
        }
        throw Failure(description: "\(method): the browser ended")
    }

    private func note(_ message: [String: Any]) {
        let parameters = message["params"] as? [String: Any] ?? [:]
        switch message["method"] as? String {
        case "Runtime.exceptionThrown": complaints.append("exception: \(parameters["exceptionDetails"] ?? "")")
        case "Log.entryAdded":
            let entry = parameters["entry"] as? [String: Any] ?? [:]
            if entry["level"] as? String == "error" { complaints.append("log: \(entry["text"] ?? "") \(entry["url"] ?? "")") }
        default: break
        }
    }

    /// A thread of its own reads: a blocked read must not hold a thread of the pool that the backend runs on.
    private static func messages(from handle: FileHandle) -> AsyncStream<Data> {
        let (stream, continuation) = AsyncStream.makeStream(of: Data.self)
        let descriptor = handle.fileDescriptor
        Thread {
            var pending = Data()
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let n = read(descriptor, &chunk, chunk.count)
                guard n > 0 else { break }
                pending.append(contentsOf: chunk[..<n])
                while let end = pending.firstIndex(of: 0) {
                    continuation.yield(Data(pending[pending.startIndex..<end]))
                    pending = Data(pending[(end + 1)...])
                }
            }
            continuation.finish()
            withExtendedLifetime(handle) {}
        }.start()
        return stream
    }

    private static func spawn(_ program: String, _ arguments: [String], temporary: String, reads: Int32, writes: Int32) throws -> pid_t {
        // Out of the way of 3 and 4, so that neither duplicate overwrites the other's source.
        let (source, sink) = (fcntl(reads, F_DUPFD_CLOEXEC, 100), fcntl(writes, F_DUPFD_CLOEXEC, 100))
        defer { _ = (Glibc.close(source), Glibc.close(sink)) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, source, 3)
        posix_spawn_file_actions_adddup2(&actions, sink, 4)
        for standard in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0) }
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = ProcessInfo.processInfo.environment.merging(["TMPDIR": temporary]) { _, new in new }
            .map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + environment { free(text) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, program, &actions, nil, &argv, &environment)
        guard code == 0 else { throw Failure(description: "\(program): \(String(cString: strerror(code)))") }
        return pid
    }
}
