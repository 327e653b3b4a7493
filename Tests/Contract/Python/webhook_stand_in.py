"""An admission webhook that stands in for those of Kubernetes' conformance: HTTPS on the loopback, vouched for by an authority of its own."""
import base64, http.server, json, os, ssl, subprocess, tempfile, threading


class Authority:
    """A certificate authority in a folder of its own, and a certificate for the names given."""

    def __init__(self, *names):
        self.folder = tempfile.TemporaryDirectory()
        run = lambda *arguments: subprocess.run(["openssl", *arguments], cwd=self.folder.name, check=True, capture_output=True)
        extensions = "subjectAltName=" + ",".join(names) + "\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"
        with open(os.path.join(self.folder.name, "extensions"), "w") as file:
            file.write(extensions)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=webhook authority", "-days", "2")
        run("req", "-new", *key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=webhook")
        run("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "certificate.pem", "-days", "2", "-extfile", "extensions")

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def bundle(self):
        with open(self.path("ca.pem"), "rb") as file:
            return base64.b64encode(file.read()).decode()


class StandIn:
    """Answers POSTs of a path by the function of that name: a request in, a response out (without its uid); or a number, for that status alone."""

    def __init__(self, authority, **hooks):
        self.seen = []
        stand_in = self
        self.released = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                name = self.path.split("?")[0].strip("/").replace("-", "_")
                stand_in.seen.append((name, review["request"]))
                response = hooks[name](review["request"])
                body = b"broken"
                if not isinstance(response, int):
                    body = json.dumps({"kind": "AdmissionReview", "apiVersion": review["apiVersion"], "response": {"uid": review["request"]["uid"], **response}}).encode()
                self.send_response(response if isinstance(response, int) else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.path("certificate.pem"), authority.path("key.pem"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


def patch(*operations):
    return {"allowed": True, "patchType": "JSONPatch", "patch": base64.b64encode(json.dumps(operations).encode()).decode()}
