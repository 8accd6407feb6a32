package io.phalanx.node.eap;

import io.phalanx.config.Secret;

/** A user with a password. */
public record EapUser(String name, Secret password) {}
