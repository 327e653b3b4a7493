import Foundations
import Hummingbird
import Logging

/// Turns what routes throw into JSON answers: diagnostics are the caller's fault, the rest is ours and is logged.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = PortalRequestContext
    let logger: Logger

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let diagnostic as Diagnostic {
            return try Refusal(diagnostic).response(from: request, context: context)
        } catch let error as HTTPError {
            return try Refusal(error.status, error.status.reasonPhrase, error.body ?? error.status.reasonPhrase).response(from: request, context: context)
        } catch let error as any HTTPResponseError {
            return try error.response(from: request, context: context)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.error("http.failed path=\(request.uri.path) error=\(error)")
            return try Refusal(.internalServerError, "server_error", "the portal failed").response(from: request, context: context)
        }
    }
}
