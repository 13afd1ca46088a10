"""How the front door is served: one process holds the conversations, many threads wait for Rasa."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8080')}"
wsgi_app = "webhook:create_app()"
workers = 1
threads = 32
worker_class = "gthread"
timeout = 30
graceful_timeout = 10
keepalive = 5
accesslog = None  # an access log would hold who came when
loglevel = "warning"
control_socket_disable = True
