# One image for every process of a larger installation; docker-compose.yml says which command each of them runs.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY . .
# The secrets that settings make up while the static files are collected must not stay in the image.
RUN SHOUT_HOME=/tmp/build python manage.py collectstatic --noinput && rm -r /tmp/build && useradd --system shout

USER shout
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning", \
     "--respawn-failed-workers", "--workers-kill-timeout", "25", "shout.wsgi:application"]
