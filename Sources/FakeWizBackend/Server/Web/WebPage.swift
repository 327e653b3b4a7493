import Crypto
import Foundation

/// The page as one document: no file beside it, no request to anyone else.
enum WebPage {
    struct Document: Sendable {
        var html: String
        /// The content security policy that admits exactly this page's own script and style.
        var policy: String
    }

    static func document(hasSwitches: Bool) -> Document {
        let html = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Runtime portal</title>
            <link rel="icon" href="data:,">
            <style>\(WebStyle.text)</style>
            </head>
            <body data-switches="\(hasSwitches)">
            \(WebBody.text)
            <script>\(WebScript.text)</script>
            </body>
            </html>
            """
        let policy =
            "default-src 'none'; script-src 'sha256-\(digest(WebScript.text))'; style-src 'sha256-\(digest(WebStyle.text))'; connect-src 'self'; "
            + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return Document(html: html, policy: policy)
    }

    private static func digest(_ text: String) -> String { Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString() }
}
