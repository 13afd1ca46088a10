"""How the front door is served: many threads wait for Rasa; several processes only where Redis holds the conversations."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8080')}"
wsgi_app = "webhook:create_app()"
workers = int(os.environ.get("WEB_CONCURRENCY", "1")) if os.environ.get("REDIS_URL") else 1
threads = 32
worker_class = "gthread"
timeout = 30
graceful_timeout = 10
keepalive = 5
preload_app = False  # each process has its own connections and sweeper
accesslog = None  # an access log would hold who came when
loglevel = "warning"
control_socket_disable = True
