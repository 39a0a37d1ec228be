"""Presidio's analyzer behind its REST API, without a language model: its recognisers by pattern, and one
by a list of names. Prints its address when it is ready; ends with its standard input."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import spacy
from presidio_analyzer import AnalyzerEngine, PatternRecognizer
from presidio_analyzer.analyzer_request import AnalyzerRequest
from presidio_analyzer.nlp_engine import SpacyNlpEngine


class Blank(SpacyNlpEngine):
    """Words, and nothing that anybody learned about them."""

    def __init__(self):
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
        self.nlp = {"en": spacy.blank("en")}

    def load(self):
        """There is nothing to load."""


def engine(names):
    """An engine that knows these people."""
    analyzer = AnalyzerEngine(nlp_engine=Blank(), supported_languages=["en"])
    people = PatternRecognizer(supported_entity="PERSON", deny_list=names)
    analyzer.registry.add_recognizer(people)
    return analyzer


class Analyze(BaseHTTPRequestHandler):
    """`POST /analyze`, as Presidio's own container answers it."""

    protocol_version = "HTTP/1.1"
    analyzer = engine(sys.argv[1:])

    def do_POST(self):
        """One text."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/analyze":
            self.answer(404, {"error": "no such path"})
            return
        try:
            question = AnalyzerRequest(json.loads(body))
            found = self.analyzer.analyze(
                text=question.text,
                language=question.language,
                entities=question.entities,
                score_threshold=question.score_threshold,
            )
            self.answer(200, [one.to_dict() for one in found])
        except (TypeError, ValueError) as error:
            self.answer(500, {"error": str(error)})

    def answer(self, status, value):
        """JSON."""
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """What it is asked stays out of every log."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Analyze)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}/analyze", flush=True)
sys.stdin.read()
